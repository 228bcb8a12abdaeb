import { TableClient } from '@azure/data-tables';
import { type Aggregation, MetricStore, type Rollup } from '#features/metrics/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { percentile, round, summarize, timed } from '../support/stats.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 90;
const HOURS = 7 * 24;
const AGGREGATIONS = ['subscription', 'resourceGroup', 'resourceType', 'location', 'tag'] as const;
const WRITES_AT_ONCE = 8;
const QUERIES = ['subscription', 'resourceGroup', 'resourceType', 'location', 'tag:environment', 'tag:owner'];
const RANGES = ['24h', '7d', '30d', '90d'];

/** Unified metrics through the host, beside the bare reads of the rows that they are made of. */
export const metrics: Figure = {
  name: 'metrics',
  summary: `unified metrics over ${DAYS} days, every aggregation and time range`,
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

type Place = { readonly segments: readonly string[]; readonly now: Date };

async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const size = context.isQuick ? 2_000 : 100_000;
  const app = await startApp(parts, size);
  const resources = await syncEstate(app, context);
  const place = await fill(app, context);
  const requests = QUERIES.flatMap((aggregation) => RANGES.map((range) => ({ aggregation, range })));
  const path = ({ aggregation, range }: (typeof requests)[number]) =>
    `/api/v1/metrics/unified?aggregation=${aggregation}&timeRange=${range}`;
  const cold: number[] = [];
  for (const request of requests) cold.push(await timed(() => call(app, path(request))));
  const [warm, raw, control]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < (context.isQuick ? 10 : 50); turn += 1) {
    for (const request of requests) {
      warm.push(await timed(() => call(app, path(request))));
      if (turn % 10 === 0) raw.push(await timed(() => readRaw(app, place, request)));
      control.push(await timed(() => call(app, '/health/live')));
    }
  }
  const p99 = percentile(warm, 0.99);
  return {
    figure: `unified metrics at ${size} resources and ${DAYS} days`,
    value: round(p99),
    unit: 'ms p99',
    ratio: round(percentile(warm, 0.5) / percentile(raw, 0.5)),
    target: '< 50 ms p99',
    met: p99 < 50,
    details: {
      resources,
      subscriptions: place.segments.length,
      ...summarize(warm),
      rawReads: summarize(raw),
      control: summarize(control),
      firstOfAnInstance: summarize(cold),
    },
  };
}

/** One rollup by the timer's own use case, then the same numbers, somewhat fewer the older, for every hour and day before. */
async function fill({ environment }: App, context: BenchContext): Promise<Place> {
  const { metrics: rollups, storeOf, queues, tables } = createServices(readSettings(environment));
  const tenantId = environment.TENANT_ID ?? '';
  const now = new Date();
  await rollups.roll(tenantId);
  const store = new MetricStore(tenantId, tables);
  const segments = (await storeOf(tenantId).segments.list()).map(({ segment }) => segment);
  const milliseconds = await timed(() =>
    mapConcurrently(segments, WRITES_AT_ONCE, async (segment) => {
      const rollup = await readRollup(store, segment, now);
      for (let day = 1; day <= DAYS; day += 1) await write(segment, rollup, day * DAY_MS);
      for (let hour = 1; hour <= HOURS; hour += 1) await write(segment, rollup, hour * HOUR_MS);
    }),
  );
  await queues.close();
  context.say(`${segments.length * (DAYS + HOURS)} rollups in ${round(milliseconds / 1000, 0)} s`);
  return { segments, now };

  async function write(segment: string, rollup: Rollup, agoMs: number): Promise<void> {
    const at = new Date(now.getTime() - agoMs).toISOString();
    await store.write(segment, aged(rollup, 1 - agoMs / DAY_MS / 400), {
      hour: `${at.slice(0, 13)}:00:00.000Z`,
      day: `${at.slice(0, 10)}T00:00:00.000Z`,
    });
  }
}

async function readRollup(store: MetricStore, segment: string, now: Date): Promise<Rollup> {
  const at = `${now.toISOString().slice(0, 13)}:00:00.000Z`;
  const parts = await Promise.all(
    AGGREGATIONS.map(async (name: Aggregation) => {
      const [point] = await store.read(segment, name, { from: at, to: at, interval: 'hour' });
      return [name, point?.groups ?? {}] as const;
    }),
  );
  return Object.fromEntries(parts) as Rollup;
}

function aged(rollup: Rollup, share: number): Rollup {
  return JSON.parse(JSON.stringify(rollup), (_, value: unknown) =>
    typeof value === 'number' ? Math.ceil(value * share) : value,
  ) as Rollup;
}

/** The same columns of the same rows by the bare client. */
async function readRaw(
  { environment }: App,
  { segments, now }: Place,
  { aggregation, range }: { aggregation: string; range: string },
): Promise<void> {
  const { STORAGE_CONNECTION_STRING: connectionString = '', TENANT_ID: tenantId } = environment;
  const table = TableClient.fromConnectionString(connectionString, 'metrics', {
    allowInsecureConnection: true,
  });
  const hours = Number(range.slice(0, -1)) * (range.endsWith('h') ? 1 : 24);
  const prefix = hours <= HOURS ? 'h|' : 'd|';
  const from = new Date(now.getTime() - hours * HOUR_MS).toISOString();
  const select = Array.from({ length: 12 }, (_, index) => `${aggregation.split(':')[0]}${index}`);
  await Promise.all(
    segments.map(async (segment) => {
      const filter = `PartitionKey eq '${tenantId}|${segment}' and RowKey ge '${prefix}${from}' and RowKey lt '${prefix}~'`;
      const pages = table.listEntities({ queryOptions: { filter, select } }).byPage({ maxPageSize: 1000 });
      for await (const page of pages) if (page.length === 0) return;
    }),
  );
}
