import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { cpuMilliseconds } from '../support/processes.ts';
import { median, percentile, round, summarize } from '../support/stats.ts';

const RATE = 50;
const TAG = 'bench-change';
const POLL_MS = 50;
const DEADLINE_MS = 30_000;
const API_VERSION = '2021-04-01';

/** From Azure's answer to a write to the listing that shows it, through Event Grid, queue, table and index. */
export const change: Figure = {
  name: 'change',
  summary: `change in the simulator until the API shows it, at ${RATE} changes/s`,
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

type Tagged = { readonly id: string; readonly tags: Readonly<Record<string, string>> };

/** Each change gives another resource a tag of its own, so that what is seen is known to be this change. */
async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const app = await startApp(parts, context.isQuick ? 2_000 : 10_000);
  await connectEventGrid(app);
  await syncEstate(app, context);
  const count = RATE * (context.isQuick ? 10 : 20);
  const targets = await chooseTargets(app, count);
  const cpuBefore = cpuMilliseconds(app.host.child.pid);
  const changedAt = new Map<string, number>();
  const seenAt = new Map<string, number>();
  const changing = changeAll(app, targets, changedAt);
  const startedAt = performance.now();
  await Promise.all([changing, watch(app, seenAt, { count, startedAt })]);
  const changeMs = Math.max(...changedAt.values()) - startedAt;
  const missing = targets.filter((id) => !seenAt.has(id.toLowerCase())).length;
  const latencies = [...seenAt].map(([id, at]) => at - (changedAt.get(id) ?? Number.NaN));
  const p99 = missing > 0 ? Number.POSITIVE_INFINITY : percentile(latencies, 0.99);
  return {
    figure: `change → visible at ${RATE}/s`,
    value: round(p99, 0),
    unit: 'ms p99',
    target: '< 2,000 ms p99',
    met: p99 < 2000,
    details: {
      changes: count,
      missing,
      changesPerSecond: round(count / (changeMs / 1000), 1),
      ...summarize(latencies),
      // Growing: the product does not keep up with the rate.
      medianByQuarter: quarters(latencies).map((values) => round(median(values), 0)),
      hostCpuMsAChange: round((cpuMilliseconds(app.host.child.pid) - cpuBefore) / count),
    },
  };
}

async function connectEventGrid({ simulator, host }: App): Promise<void> {
  const endpoint = `${host.url}/runtime/webhooks/eventgrid?functionName=resourceEvents&code=${host.eventGridKey}`;
  const response = await fetch(`${simulator.url}/simulator/event-grid`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint }),
  });
  if (!response.ok) throw new Error(`event subscription: ${response.status}`);
}

async function chooseTargets(app: App, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ids.length < count; page += 1) {
    const { data } = await call<{ data: Tagged[] }>(app, `/api/v1/resources?limit=1000&page=${page}`);
    if (data.length === 0) throw new Error('the estate is too small');
    ids.push(...data.map(({ id }) => id));
  }
  return ids.slice(0, count);
}

/** One change each 1/RATE second, however long the one before takes. */
async function changeAll(
  app: App,
  targets: readonly string[],
  changedAt: Map<string, number>,
): Promise<void> {
  const startedAt = performance.now();
  const requests: Promise<void>[] = [];
  for (const [index, id] of targets.entries()) {
    const wait = startedAt + (index * 1000) / RATE - performance.now();
    if (wait > 0) await pause(wait);
    requests.push(tag(app, id).then((at) => void changedAt.set(id.toLowerCase(), at)));
  }
  await Promise.all(requests);
}

/** Resolves with the time at which Azure had the change. */
async function tag({ simulator }: App, id: string): Promise<number> {
  const url = `${simulator.url}${id}/providers/Microsoft.Resources/tags/default?api-version=${API_VERSION}`;
  const response = await fetch(url, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'Merge', properties: { tags: { [TAG]: 'yes' } } }),
  });
  if (!response.ok) throw new Error(`tagging ${id}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  return performance.now();
}

/** Asks for the newest tagged resources over and over, and notes when each is first there. */
async function watch(
  app: App,
  seenAt: Map<string, number>,
  { count, startedAt }: { count: number; startedAt: number },
): Promise<void> {
  const deadline = startedAt + (count / RATE) * 1000 + DEADLINE_MS;
  while (seenAt.size < count && performance.now() < deadline) {
    const path = `/api/v1/resources?tag=${TAG}&sort=-updatedAt&limit=${seenAt.size === 0 ? 200 : 100}`;
    const { data } = await call<{ data: Tagged[] }>(app, path);
    const now = performance.now();
    for (const { id } of data) {
      if (!seenAt.has(id.toLowerCase())) seenAt.set(id.toLowerCase(), now);
    }
    await pause(POLL_MS);
  }
}

/** Latencies are in the order in which the changes were seen. */
function quarters(values: readonly number[]): number[][] {
  const at = (quarter: number) => Math.floor((values.length * quarter) / 4);
  return [0, 1, 2, 3].map((quarter) => values.slice(at(quarter), at(quarter + 1)));
}
