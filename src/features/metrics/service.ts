import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type InventoryStore, parseResourceId, resourceKey } from '#features/inventory/index.ts';
import { narrowSubscriptions, type Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import type { Aggregation, Dimensions, MetricSource, Numbers } from './model.ts';
import { merge, RollupBuilder } from './rollup.ts';
import type { UnifiedMetrics } from './schema.ts';
import type { MetricStore, Point } from './store.ts';
import { bucketOf, DAYS_KEPT_MS, HOURS_KEPT_MS, parseRange, windowOf } from './time.ts';

export type MetricsOptions = {
  readonly storeOf: (tenantId: string) => MetricStore;
  readonly inventoryOf: (tenantId: string) => InventoryStore;
  readonly sources: readonly MetricSource[];
  readonly clock: Clock;
};

type Query = {
  readonly aggregation: string;
  readonly timeRange: string;
  readonly subscriptionId?: string | undefined;
  readonly limit: number;
};

const pack = promisify(gzip);
/** A few 100 KB each at most. */
const MAX_ANSWERS = 100;

/** Inventory, compliance, security, cost and operations as numbers over time, from rollups. */
export class Metrics {
  readonly #options: MetricsOptions;

  /** Answers by all that they follow from, the one asked for last at the end. */
  readonly #answers = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(options: MetricsOptions) {
    this.#options = options;
  }

  /** Takes the numbers of a tenant, as of now, into the rollups of this hour and day. */
  async roll(tenantId: string): Promise<void> {
    const { inventoryOf, storeOf, clock } = this.#options;
    const inventory = inventoryOf(tenantId);
    const now = clock.now();
    const buckets = { hour: bucketOf(now, 'hour'), day: bucketOf(now, 'day') };
    for (const { segment } of await inventory.segments.list()) {
      const rollup = await this.#collect({ tenantId, segment }, buckets.hour);
      await storeOf(tenantId).write(segment, rollup, buckets);
    }
  }

  /** Removes hours older than 8 days and days older than 400. Returns how many rows. */
  async forget(tenantId: string): Promise<number> {
    const now = this.#options.clock.now().getTime();
    const kept = {
      hour: bucketOf(new Date(now - HOURS_KEPT_MS), 'hour'),
      day: bucketOf(new Date(now - DAYS_KEPT_MS), 'day'),
    };
    let removed = 0;
    for (const { segment } of await this.#options.inventoryOf(tenantId).segments.list())
      removed += await this.#options.storeOf(tenantId).forget(segment, kept);
    return removed;
  }

  /** The answer, gzipped: kept by this instance until the next rollup, since it may be some MB of JSON. */
  async unified(principal: Principal, query: Query): Promise<Uint8Array<ArrayBuffer>> {
    const { clock, inventoryOf, storeOf } = this.#options;
    const window = windowOf(parseRange(query.timeRange) ?? 0, clock.now());
    const isTag = query.aggregation.startsWith('tag:');
    const aggregation = (isTag ? 'tag' : query.aggregation) as Aggregation;
    const only = narrowSubscriptions(
      principal,
      query.subscriptionId ? [query.subscriptionId.toLowerCase()] : undefined,
    );
    const { tenantId } = principal;
    const store = storeOf(tenantId);
    const [segments, revision] = await Promise.all([inventoryOf(tenantId).segments.list(), store.revision()]);
    const wanted = segments.filter(({ segment }) => only?.includes(segment) ?? true);
    const names = wanted.map(({ segment }) => segment);
    const key = JSON.stringify([tenantId, revision, window, query, names]);
    const known = this.#answers.get(key);
    if (known) return this.#keep(key, known);
    const series = await Promise.all(wanted.map(({ segment }) => store.read(segment, aggregation, window)));
    const prefix = isTag ? `${query.aggregation.slice(4).toLowerCase()}=` : '';
    const answer = toAnswer(pointsOf(series, prefix), { query, window });
    return this.#keep(key, await pack(JSON.stringify(answer), { level: 1 }));
  }

  #keep(key: string, answer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest = ''] = this.#answers.keys();
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete(oldest);
    return answer;
  }

  async #collect(place: { tenantId: string; segment: string }, since: string) {
    const { entries } = await this.#options.inventoryOf(place.tenantId).entries(place.segment);
    const builder = new RollupBuilder(place.segment);
    for (const source of this.#options.sources) {
      for await (const contributions of source.collect(place, since)) {
        for (const contribution of contributions) {
          const { resourceId } = contribution;
          const entry = resourceId === undefined ? undefined : entries.get(resourceKey(resourceId));
          builder.add(contribution, entry && dimensionsOf(entry));
        }
      }
    }
    return builder.build();
  }
}

function dimensionsOf({
  id,
  location,
  tags,
}: {
  id: string;
  location: string;
  tags: Dimensions['tags'];
}): Dimensions {
  const { resourceGroup, type } = parseResourceId(id);
  return { resourceGroup: resourceGroup ?? null, resourceType: type ?? '', location, tags };
}

type Merged = ReadonlyMap<string, ReadonlyMap<string, Numbers>>;

/** Numbers by group and time, subscriptions added up. */
function pointsOf(series: readonly (readonly Point[])[], prefix: string): Merged {
  const found = new Map<string, Map<string, Numbers[]>>();
  for (const { at, groups } of series.flat()) {
    for (const [name, numbers] of Object.entries(groups)) {
      if (!name.startsWith(prefix)) continue;
      const group = found.get(name.slice(prefix.length)) ?? new Map<string, Numbers[]>();
      found.set(name.slice(prefix.length), group);
      group.set(at, [...(group.get(at) ?? []), numbers]);
    }
  }
  return new Map(
    [...found].map(([name, points]) => [name, new Map([...points].map(([at, all]) => [at, merge(all)]))]),
  );
}

function toAnswer(
  merged: Merged,
  { query, window }: { query: Query; window: UnifiedMetrics['timeRange'] },
): UnifiedMetrics {
  const times = [...merged.values()].flatMap((points) => [...points.keys()]);
  const asOf = times.reduce<string | null>(
    (latest, at) => (latest === null || at > latest ? at : latest),
    null,
  );
  const groups = [...merged].map(([group, points]) => ({
    group,
    latest: (asOf === null ? undefined : points.get(asOf)) ?? {},
    series: [...points]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([at, numbers]) => ({ at, numbers })),
  }));
  const size = ({ latest }: { latest: Numbers }) => latest.inventory?.resources ?? 0;
  groups.sort((one, other) => size(other) - size(one) || (one.group < other.group ? -1 : 1));
  return {
    aggregation: query.aggregation,
    timeRange: window,
    asOf,
    total: merge(groups.map(({ latest }) => latest)) as UnifiedMetrics['total'],
    groups: groups.slice(0, query.limit) as UnifiedMetrics['groups'],
    groupCount: groups.length,
  };
}
