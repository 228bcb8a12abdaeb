import { fromColumns } from '#features/connectors/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { RecommendationRecord } from './mapping/recommendation.ts';
import type { SecurityStore } from './store.ts';

/** Open recommendations of each resource by severity. */
export function securitySource(storeOf: (tenantId: string) => SecurityStore): MetricSource {
  return {
    async *collect({ tenantId, segment }) {
      for await (const rows of storeOf(tenantId).partition(segment, 'recommendations').pages()) {
        yield rows.map((row) => {
          const { severity, resourceId } = fromColumns<RecommendationRecord>(row);
          return { section: 'security', numbers: { recommendations: 1, [severity]: 1 }, resourceId };
        });
      }
    },
  };
}
