import { parseResourceId, parseShortId, resourceKey } from '#features/inventory/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import { monthOf, monthsBetween } from '../days.ts';
import { type Grouping, NONE } from '../monthCosts.ts';
import type { CostList, CostsQuery, ResourceCosts, ResourceCostsQuery } from '../schema.ts';
import { amountsOf, type Period, periodOf, provisionalFrom } from './period.ts';
import type { ReadPorts } from './ports.ts';
import { CostSums, toCents, toSeries } from './sums.ts';

const AT_A_TIME = 8;

type Collected = { readonly sums: CostSums; asOf: string | null };

/** Costs by group, the dearest first. @throws Failure `invalid` */
export async function listCosts(
  query: CostsQuery,
  subscriptions: readonly string[],
  ports: ReadPorts,
): Promise<Omit<CostList, 'gaps'>> {
  const now = ports.clock.now();
  const period = periodOf(query, now);
  const collected: Collected = { sums: new CostSums(), asOf: null };
  await mapConcurrently(subscriptions, AT_A_TIME, (subscriptionId) =>
    collect(subscriptionId, { groupBy: query.groupBy, period, collected }, ports),
  );
  const { sums, asOf } = collected;
  return {
    group_by: query.groupBy,
    ...period,
    metric: ports.metric,
    as_of: asOf,
    provisional_from: provisionalFrom(now),
    totals: sums.totals(),
    ...sums.page(query.limit, query.cursor),
  };
}

async function collect(
  subscriptionId: string,
  { groupBy, period, collected }: { groupBy: string; period: Period; collected: Collected },
  ports: ReadPorts,
): Promise<void> {
  const months = { from: monthOf(period.from), to: monthOf(period.to) };
  const take = (group: string, row: Parameters<typeof amountsOf>[0] & { currency: string }, sign = 1) => {
    const of = { group, subscriptionId: isOfOne(groupBy) ? subscriptionId : null, currency: row.currency };
    for (const [day, date, amount] of amountsOf(row, period)) {
      collected.sums.add(of, date, sign * amount);
      if (collected.asOf === null || day > collected.asOf) collected.asOf = day;
    }
  };
  if (groupBy === 'resource') {
    for await (const rows of ports.store.resources(subscriptionId, months))
      for (const row of rows) take(row.id === '' ? NONE : row.id, row);
    return;
  }
  const tag = groupBy.startsWith('tag:') ? `${groupBy.slice(4).toLowerCase()}=` : undefined;
  const grouping = tag === undefined ? (groupBy as Grouping) : 'tag';
  for await (const rows of ports.store.groups(subscriptionId, grouping, months)) {
    for (const row of rows) {
      if (tag !== undefined && !row.group.startsWith(tag)) continue;
      take(row.group.slice(tag?.length ?? 0), row);
      if (tag !== undefined) take(NONE, row, -1);
    }
  }
  if (tag === undefined) return;
  // What is left of the whole is not tagged so.
  for await (const rows of ports.store.groups(subscriptionId, 'subscription', months))
    for (const row of rows) take(NONE, row);
}

function isOfOne(groupBy: string): boolean {
  return ['subscription', 'resourceGroup', 'resource'].includes(groupBy);
}

/** Where the costs of a resource stand, by ARM id or short id. @throws Failure `notFound` */
export async function locateCosts(
  id: string,
  ports: Pick<ReadPorts, 'inventory'>,
): Promise<{ subscriptionId: string; key: string }> {
  const short = parseShortId(id);
  const { subscriptionId } = parseResourceId(id);
  if (!short && subscriptionId)
    return { subscriptionId, key: resourceKey(`/${id.replace(/^\/+|\/+$/g, '')}`) };
  const segment = short && (await ports.inventory.segments.findByCode(short.segmentCode));
  if (short && segment) return { subscriptionId: segment, key: short.key };
  throw noCosts(id);
}

/** A resource's costs; also of one that is gone, as long as they are kept. @throws Failure `notFound` */
export async function resourceCosts(
  place: { readonly id: string; readonly subscriptionId: string; readonly key: string },
  query: ResourceCostsQuery,
  ports: ReadPorts,
): Promise<Omit<ResourceCosts, 'gaps'>> {
  const now = ports.clock.now();
  const period = periodOf(query, now);
  const { subscriptionId, key } = place;
  const months = monthsBetween(monthOf(period.from), monthOf(period.to));
  const rows = await ports.store.ofResource(subscriptionId, key, months);
  const known = rows[0]?.id ?? (await ports.inventory.get(subscriptionId, key))?.id;
  if (known === undefined) throw noCosts(place.id);
  const byCurrency = Map.groupBy(rows, ({ currency }) => currency);
  let asOf: string | null = null;
  const data = [...byCurrency].map(([currency, own]) => {
    const series = new Map<string, number>();
    for (const row of own) {
      for (const [day, date, amount] of amountsOf(row, period)) {
        series.set(date, (series.get(date) ?? 0) + amount);
        if (amount !== 0 && (asOf === null || day > asOf)) asOf = day;
      }
    }
    const cost = toCents([...series.values()].reduce((sum, amount) => sum + amount, 0));
    return { currency, cost, series: toSeries(series) };
  });
  return {
    resource_id: known,
    subscription_id: subscriptionId,
    ...period,
    metric: ports.metric,
    as_of: asOf,
    provisional_from: provisionalFrom(now),
    data,
  };
}

function noCosts(id: string): Failure {
  return new Failure('notFound', `there is no resource ${id}, and no costs of it`, {
    next: 'GET /api/v1/costs?groupBy=resource lists what has costs',
  });
}
