import type { MetricSource } from '#features/metrics/index.ts';
import type { Clock } from '#platform/clock.ts';
import { dayOf, monthOf } from './days.ts';
import type { CostStore } from './store.ts';

/** What each resource has cost since the first of the month, currencies apart: `month_to_date_eur`. */
export function costSource(storeOf: (tenantId: string) => CostStore, clock: Clock): MetricSource {
  return {
    async *collect({ tenantId, segment }) {
      const month = monthOf(dayOf(clock.now()));
      for await (const rows of storeOf(tenantId).resources(segment, { from: month, to: month })) {
        yield rows.map(({ id, currency, days }) => ({
          section: 'cost',
          numbers: {
            [`month_to_date_${currency.toLowerCase()}`]: days.reduce((sum, amount) => sum + amount, 0),
          },
          ...(id !== '' && { resourceId: id }),
        }));
      }
    },
  };
}
