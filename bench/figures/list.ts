import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { percentile, round, summarize, timed } from '../support/stats.ts';

const FULL = [1_000, 10_000, 100_000];
const QUICK = [1_000, 10_000];
const LIMIT = 20;

/** Listings through the host, over HTTP, at growing sizes. */
export const list: Figure = {
  name: 'list',
  summary: 'GET /resources with filters on a warm instance, by size of the estate',
  run: (context) => measureSizes(context, context.isQuick ? QUICK : FULL),
};

/** The same at the largest size; its first sync alone takes many minutes. */
export const listMillion: Figure = {
  name: 'list-1m',
  summary: 'GET /resources with filters at 1,000,000 resources',
  isExtra: true,
  run: (context) => measureSizes(context, [context.isQuick ? 100_000 : 1_000_000]),
};

type Page = {
  readonly total: number;
  readonly data: readonly { short_id: string; subscription_id: string; resource_group: string }[];
};

async function* measureSizes(context: BenchContext, sizes: readonly number[]): AsyncGenerator<Measurement> {
  for (const size of sizes) {
    context.say(`${size} resources`);
    yield* await withParts((parts) => measure(parts, size, context));
  }
}

async function measure(parts: Parts, size: number, context: BenchContext): Promise<Measurement[]> {
  const app = await startApp(parts, size);
  const resources = await syncEstate(app, context);
  const cold = await measureCold(parts, app);
  const filters = await filtersOf(app);
  for (const { path } of filters) await call(app, path);
  const rounds = context.isQuick ? 20 : 100;
  const control: number[] = [];
  const samples = new Map<string, number[]>(filters.map(({ name }) => [name, []]));
  for (let index = 0; index < rounds; index += 1) {
    for (const { name, path } of filters) samples.get(name)?.push(await timed(() => call(app, path)));
    control.push(await timed(() => call(app, '/health/live')));
  }
  const all = [...samples.values()].flat();
  const p99 = percentile(all, 0.99);
  const pages = await measurePages(app, { resources, rounds });
  return [
    {
      figure: `list with filters at ${size}`,
      value: round(p99),
      unit: 'ms p99',
      target: size === 100_000 ? '< 30 ms p99' : 'shown',
      met: size === 100_000 ? p99 < 30 : undefined,
      details: {
        resources,
        ...summarize(all),
        control: summarize(control),
        byFilter: Object.fromEntries([...samples].map(([name, values]) => [name, summarize(values)])),
      },
    },
    pages,
    {
      figure: `first listing of a cold instance at ${size}`,
      value: round(cold.first),
      unit: 'ms',
      target: 'shown',
      met: undefined,
      details: { ...cold },
    },
  ];
}

/** Requests of the kinds that people make; values are taken from the estate itself. */
async function filtersOf(app: App): Promise<{ name: string; path: string }[]> {
  const { data } = await call<Page>(app, '/api/v1/resources?limit=1&page=50');
  const some = data[0] ?? { subscription_id: '', resource_group: '' };
  const queries = {
    none: '',
    type: 'resourceType=virtual_machine',
    location: 'location=eastus2',
    subscription: `subscriptionId=${some.subscription_id}`,
    resourceGroup: `resourceGroup=${encodeURIComponent(some.resource_group)}`,
    tag: 'tag=environment%3Dproduction',
    text: 'text=prod',
    several: 'resourceType=storage_account&resourceType=key_vault&location=westeurope&sort=-updatedAt',
    byName: 'resourceType=virtual_machine&sort=name',
  };
  return Object.entries(queries).map(([name, query]) => ({
    name,
    path: `/api/v1/resources?limit=${LIMIT}&${query}`,
  }));
}

/** Page 1,000 (or the last that the estate has) beside page 1, in turns. Neighbours are asked for, so that no cache helps one of the two. */
async function measurePages(
  app: App,
  { resources, rounds }: { resources: number; rounds: number },
): Promise<Measurement> {
  const deep = Math.min(1_000, Math.floor(resources / LIMIT / 2));
  const path = (page: number) => `/api/v1/resources?limit=${LIMIT}&page=${page}`;
  const first: number[] = [];
  const far: number[] = [];
  for (let index = 0; index < rounds; index += 1) {
    first.push(await timed(() => call(app, path(1 + (index % 5)))));
    far.push(await timed(() => call(app, path(deep + (index % 5)))));
  }
  const ratio = percentile(far.slice(5), 0.5) / percentile(first.slice(5), 0.5);
  return {
    figure: `page ${deep} at ${resources}`,
    value: round(percentile(far, 0.5)),
    unit: 'ms p50',
    ratio: round(ratio),
    target: deep === 1_000 ? '≤ 1.5 × page 1' : 'shown',
    met: deep === 1_000 ? ratio <= 1.5 : undefined,
    details: { limit: LIMIT, page1: summarize(first), [`page${deep}`]: summarize(far) },
  };
}

/** A second host over the same storage: what its first listing costs, and its second. */
async function measureCold(
  parts: Parts,
  app: App,
): Promise<{ first: number; second: number; start: number }> {
  const startedAt = performance.now();
  const host = await parts.host(app.environment);
  const start = performance.now() - startedAt;
  const path = `/api/v1/resources?limit=${LIMIT}`;
  const first = await timed(() => call({ ...app, host }, path));
  const second = await timed(() => call({ ...app, host }, path));
  await host.child.stop(2000);
  return { first: round(first), second: round(second), start: round(start) };
}
