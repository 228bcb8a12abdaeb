import { setTimeout as pause } from 'node:timers/promises';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { resourceKey, segmentOf } from '#features/inventory/index.ts';
import { systemClock } from '#platform/clock.ts';
import { Queues } from '#platform/queues.ts';
import { Tables } from '#platform/tables.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { assignStarterPack } from '../support/assignments.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { percentile, round, summarize, timed } from '../support/stats.ts';

const ASSIGNMENTS = 300;
const POLL_MS = 10;
const DEADLINE_MS = 20_000;
const API_VERSION = '2021-04-01';

/** From Azure's answer to a write to the compliance row that it changed, one change at a time. */
export const complianceChange: Figure = {
  name: 'compliance-change',
  summary: `change in the simulator until its compliance row is there, ${ASSIGNMENTS} assignments`,
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

type Tagged = { readonly id: string; readonly tags: Readonly<Record<string, string>> };

async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const size = context.isQuick ? 2_000 : 100_000;
  const app = await startApp(parts, size, { isAssigned: true, profileDir: context.profileDir });
  await connectEventGrid(app);
  await assignStarterPack(app.environment, ASSIGNMENTS);
  const syncMs = await timed(() => syncEstate(app, context));
  const settleMs = await timed(() => settled(app, context));
  const queues = new Queues({ connectionString: app.environment.ServiceBus });
  const tables = new Tables({ connectionString: app.environment.STORAGE_CONNECTION_STRING });
  const store = new ComplianceStore(app.simulator.tenantId, { tables, queues, clock: systemClock });
  const { data } = await call<{ data: Tagged[] }>(
    app,
    `/api/v1/resources?resourceType=storage_account&limit=${context.isQuick ? 30 : 300}`,
  );
  const latencies: number[] = [];
  for (const resource of data) latencies.push(await change(app, store, resource));
  const p99 = percentile(latencies, 0.99);
  return {
    figure: `change → compliance row at ${size} resources × ${ASSIGNMENTS} assignments`,
    value: round(p99, 0),
    unit: 'ms p99',
    target: '< 1,000 ms p99',
    met: p99 < 1000,
    details: {
      ...summarize(latencies),
      syncSeconds: round(syncMs / 1000, 1),
      settleSeconds: round(settleMs / 1000, 1),
    },
  };
}

async function connectEventGrid({ simulator, host }: App): Promise<void> {
  const endpoint = `${host.url}/runtime/webhooks/eventgrid?functionName=resourceEvents&code=${host.eventGridKey}`;
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${simulator.url}/simulator/event-grid`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ endpoint }),
  });
  if (!response.ok) throw new Error(`event subscription: ${response.status}`);
}

/** Resolves once the counts have stood still for some seconds. */
async function settled(app: App, context: BenchContext): Promise<void> {
  const countOf = async () =>
    (await call<{ evaluations: { total: number } }>(app, '/api/v1/compliance')).evaluations.total;
  for (let [last, same] = [-1, 0]; same < 4; ) {
    await pause(1000);
    const count = await countOf();
    same = count === last && count > 0 ? same + 1 : 0;
    last = count;
  }
  context.say(`${await countOf()} outcomes`);
}

/** Takes the tag `owner` away, or gives one, which changes an outcome of the starter pack; milliseconds until the row is another one. Infinite where it never is. */
async function change({ simulator }: App, store: ComplianceStore, { id, tags }: Tagged): Promise<number> {
  const rows = store.rows(segmentOf(id));
  const key = resourceKey(id);
  const before = (await rows.get(key))?.seq;
  const url = `${simulator.url}${id}/providers/Microsoft.Resources/tags/default?api-version=${API_VERSION}`;
  const isOwned = Object.keys(tags).some((name) => name.toLowerCase() === 'owner');
  const properties = { tags: isOwned ? {} : { owner: 'bench' } };
  const response = await fetch(url, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'Replace', properties }),
  });
  if (!response.ok) throw new Error(`tagging ${id}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  const startedAt = performance.now();
  while (performance.now() - startedAt < DEADLINE_MS) {
    if ((await rows.get(key))?.seq !== before) return performance.now() - startedAt;
    await pause(POLL_MS);
  }
  return Number.POSITIVE_INFINITY;
}
