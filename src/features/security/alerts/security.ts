import { rankOf } from '../mapping/words.ts';
import type { SecurityStore } from '../store.ts';
import { openAssessments } from './openAssessments.ts';
import type { AlertProcessor } from './processor.ts';

/** A change of a resource, as the history of the inventory has it. */
export type RecentChange = {
  readonly resource_id: string;
  readonly at: string;
  readonly kind: string;
  readonly actor: string | null;
  readonly changed_paths: readonly string[];
};
/** Changes of a resource between two times, newest first; none where it is unknown. */
export type ChangesOf = (
  tenantId: string,
  resourceId: string,
  between: { readonly from: string; readonly to: string },
) => Promise<RecentChange[]>;

const DAY_MS = 86_400_000;
const MAX_SHOWN = 20;

/** What an analyst looks up first: the resource's open weaknesses, and who changed it in the day before. */
export function securityProcessor(
  storeOf: (tenantId: string) => SecurityStore,
  changesOf: ChangesOf,
): AlertProcessor {
  return {
    name: 'security',
    canProcess: () => true,
    async process({ tenantId, subscriptionId, alert }) {
      const { resourceIds, generatedAt, startedAt } = alert;
      const to = generatedAt ?? startedAt ?? new Date(0).toISOString();
      const from = new Date(Date.parse(startedAt ?? to) - DAY_MS).toISOString();
      const [open, changes] = await Promise.all([
        openAssessments(storeOf(tenantId), subscriptionId, resourceIds),
        Promise.all(resourceIds.map((id) => changesOf(tenantId, id, { from, to }))),
      ]);
      const weaknesses = open
        .map(({ record, definition }) => ({
          assessment: record.id,
          name: definition?.name ?? record.name ?? record.key,
          severity: record.risk ?? definition?.severity ?? ('unknown' as const),
          resource_id: record.resourceId,
        }))
        .sort((a, b) => rankOf(a.severity).localeCompare(rankOf(b.severity)));
      const recent = changes.flat();
      return {
        summary: `${weaknesses.length} open recommendations on the resources, ${recent.length} changes in the day before`,
        details: {
          open_recommendations: weaknesses.slice(0, MAX_SHOWN),
          recent_changes: recent.slice(0, MAX_SHOWN),
        },
      };
    },
  };
}
