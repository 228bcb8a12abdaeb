import { fromColumns } from '#features/connectors/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Row } from '#platform/tables.ts';
import { pageOf } from '../read/paging.ts';
import { addMoney, toMoney } from '../recent.ts';
import type { IdleList, IdleQuery, IdleResource } from '../schema.ts';
import type { CostStore } from '../store.ts';
import { IDLE_RULES } from './rules.ts';
import type { IdleRecord } from './sync.ts';

const AT_A_TIME = 8;

/** What costs and does nothing, the dearest first in each currency. @throws Failure `invalid` */
export async function listIdle(
  query: IdleQuery,
  subscriptions: readonly string[],
  store: CostStore,
): Promise<Omit<IdleList, 'gaps'>> {
  const found = await mapConcurrently(subscriptions, AT_A_TIME, async (subscriptionId) => {
    const rows = await store.partition(subscriptionId, 'idle').list<Row>();
    return rows.map((row) => ({ subscriptionId, record: fromColumns<IdleRecord>(row) }));
  });
  const wanted = found.flat().filter(({ record }) => !query.rule || query.rule.includes(record.rule));
  const items = wanted.flatMap(({ subscriptionId, record }) => toViews(record, subscriptionId));
  const sums = new Map<string, number>();
  for (const { record } of wanted) addMoney(sums, record.costs);
  return {
    resources: wanted.length,
    totals: toMoney(sums),
    by_rule: IDLE_RULES.map(({ name, title, type, source, next }) => {
      const own = wanted.filter(({ record }) => record.rule === name);
      const costs = new Map<string, number>();
      for (const { record } of own) addMoney(costs, record.costs);
      return {
        rule: name,
        title,
        resource_type: type,
        source,
        next,
        resources: own.length,
        totals: toMoney(costs),
      };
    }),
    ...pageOf(items, { ...query, placeOf }),
  };
}

function toViews(record: IdleRecord, subscriptionId: string): IdleResource[] {
  const { resourceId, type, location, rule, reason, since, from, to } = record;
  const costs = record.costs.length > 0 ? record.costs : [{ currency: null, cost: 0 }];
  return costs.map((money) => ({
    resource_id: resourceId,
    subscription_id: subscriptionId,
    resource_type: type,
    location,
    rule,
    reason,
    since,
    ...money,
    from,
    to,
  }));
}

function placeOf({ currency, cost, resource_id }: IdleResource): [string, number, string] {
  return [currency ?? '~', -cost, resource_id];
}
