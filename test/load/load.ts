import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { type Product, startProduct, until } from '../support/product.ts';

export type LoadOptions = {
  readonly clients: number;
  readonly minutes: number;
  readonly keys: number;
  readonly estateSize: number;
  readonly report: (line: string) => void;
};

/** How long the first sync may take. */
const SYNC_MS = 120_000;

type Sample = { readonly status: number; readonly milliseconds: number; readonly what: string };

/** One write in five; who is told to wait, waits as Retry-After says, as a client should. */
export async function runLoad(options: LoadOptions) {
  const product = await startProduct(['--estate-size', String(options.estateSize), '--drift', '0']);
  try {
    const keys = await makeKeys(product, options.keys);
    const list = () => product.json<{ data: { short_id: string }[] }>('/api/v1/resources?limit=200');
    const enough = Math.min(100, options.estateSize / 2);
    const { data } = await until(list, (answer) => answer.data.length >= enough, SYNC_MS);
    const ids = data.map(({ short_id }) => short_id);
    const samples: Sample[] = [];
    const memory: number[] = [];
    const end = performance.now() + options.minutes * 60_000;
    const watching = watch(product, { until: end, memory, samples, report: options.report });
    const clients = Array.from({ length: options.clients }, (_, n) =>
      runClient(product, { key: keys[n % keys.length] ?? '', ids, until: end, samples, seed: n }),
    );
    await Promise.all([...clients, watching]);
    return summarize(samples, memory, options.minutes);
  } finally {
    await product.stop();
  }
}

async function makeKeys(product: Product, count: number): Promise<string[]> {
  const made = Array.from({ length: count }, (_, n) =>
    product.json<{ key: string }>('/api/v1/keys', {
      method: 'POST',
      body: JSON.stringify({ name: `load ${n}`, role: 'operator' }),
    }),
  );
  return (await Promise.all(made)).map(({ key }) => key);
}

type Client = {
  readonly key: string;
  readonly ids: readonly string[];
  readonly until: number;
  readonly samples: Sample[];
  readonly seed: number;
};

async function runClient(product: Product, client: Client): Promise<void> {
  for (let n = 0; performance.now() < client.until; n += 1) {
    const { what, path, init } = requestOf(client, n);
    const startedAt = performance.now();
    try {
      const headers = { authorization: `Bearer ${client.key}`, 'content-type': 'application/json' };
      const response = await fetch(`${product.url}${path}`, { ...init, headers });
      await response.arrayBuffer();
      client.samples.push({ status: response.status, milliseconds: performance.now() - startedAt, what });
      if (response.status === 429) await pause(Number(response.headers.get('retry-after') ?? 1) * 1000);
    } catch (error) {
      client.samples.push({
        status: 0,
        milliseconds: performance.now() - startedAt,
        what: `${what}: ${String(error)}`,
      });
    }
  }
}

function requestOf({ ids, seed }: Client, n: number): { what: string; path: string; init: RequestInit } {
  const id = ids[(seed * 31 + n) % ids.length] ?? '';
  const read = (what: string, path: string) => ({ what, path, init: {} });
  switch (n % 10) {
    case 0: {
      const body = JSON.stringify({ name: `load-${seed}-${n}`, resource_type: 'Load.Test/things' });
      return { what: 'create', path: '/api/v1/resources', init: { method: 'POST', body } };
    }
    case 5: {
      const body = JSON.stringify({ annotations: { notes: `by client ${seed}, ${n}` } });
      return { what: 'annotate', path: `/api/v1/resources/${id}`, init: { method: 'PUT', body } };
    }
    case 3:
      return read('list', '/api/v1/resources?resourceType=storage_account&limit=20');
    case 7:
      return read('changes', '/api/v1/changes?limit=20');
    default:
      return read('get', `/api/v1/resources/${id}`);
  }
}

type Watch = { until: number; memory: number[]; samples: readonly Sample[]; report: (line: string) => void };

async function watch(product: Product, { until, memory, samples, report }: Watch): Promise<void> {
  const begun = performance.now();
  while (performance.now() < until) {
    await pause(Math.min(5_000, Math.max(0, until - performance.now())));
    const rss = hostMemory(product.dataDir);
    memory.push(rss);
    const seconds = Math.round((performance.now() - begun) / 1000);
    report(`${String(seconds).padStart(4)} s  ${samples.length} requests, host ${rss} MB`);
  }
}

/** Resident memory of the Functions host, in MB. */
function hostMemory(dataDir: string): number {
  const lines = execFileSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8', maxBuffer: 1e8 }).split('\n');
  const hosts = lines.filter((line) => line.includes('functions-host') && line.includes(dataDir));
  return Math.round(hosts.reduce((sum, line) => sum + Number.parseInt(line, 10), 0) / 1024);
}

function summarize(samples: readonly Sample[], memory: readonly number[], minutes: number) {
  const answered = samples.filter(({ status }) => status !== 429 && status !== 0);
  const times = Float64Array.from(answered, ({ milliseconds }) => milliseconds).sort();
  const at = (p: number) => Math.round(times[Math.max(0, Math.ceil(p * times.length) - 1)] ?? Number.NaN);
  const bad = samples.filter(({ status }) => status === 0 || (status >= 400 && status !== 429));
  const errors: Record<string, number> = {};
  for (const { status, what } of bad) errors[`${status} ${what}`] = (errors[`${status} ${what}`] ?? 0) + 1;
  const memoryMb = [0.25, 0.5, 0.75, 1].map((p) => memory[Math.ceil(memory.length * p) - 1] ?? 0);
  const [, half = 0, , end = 0] = memoryMb;
  return {
    isRight: bad.length === 0 && end <= half * 1.25,
    requests: samples.length,
    perSecond: Math.round(answered.length / (minutes * 60)),
    p50: at(0.5),
    p99: at(0.99),
    throttled: samples.filter(({ status }) => status === 429).length,
    errors,
    memoryMb,
  };
}
