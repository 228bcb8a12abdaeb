import { fromColumns } from '#features/connectors/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { HealthRecord } from './record.ts';
import { type HealthStore, rankOf } from './store.ts';

/** Resources that are unavailable or degraded now. */
export function healthSource(storeOf: (tenantId: string) => HealthStore): MetricSource {
  return {
    async *collect({ tenantId, segment }) {
      const range = { from: 'r|', to: `r|${rankOf('Degraded')}~` };
      for await (const rows of storeOf(tenantId).partition(segment).pages(range)) {
        yield rows.map((row) => {
          const { state, resourceId } = fromColumns<HealthRecord>(row);
          return { section: 'monitor', numbers: { [state.toLowerCase()]: 1 }, resourceId };
        });
      }
    },
  };
}
