import type { InventoryStore } from '#features/inventory/index.ts';
import type { Contribution, MetricSource } from './model.ts';

/** How many resources there are, and what changed within the hour. */
export function inventorySource(storeOf: (tenantId: string) => InventoryStore): MetricSource {
  return {
    async *collect({ tenantId, segment }, since) {
      const store = storeOf(tenantId);
      const { entries } = await store.entries(segment);
      yield [...entries.values()].map(
        ({ id }): Contribution => ({ section: 'inventory', numbers: { resources: 1 }, resourceId: id }),
      );
      const first = await store.firstCommitAt(segment, since);
      for await (const commits of store.commitsAfter(segment, first - 1)) {
        yield commits.flatMap(({ changes }) =>
          changes.map(
            ({ kind, entry }): Contribution => ({
              section: 'operations',
              numbers: { [kind]: 1 },
              resourceId: entry.id,
            }),
          ),
        );
      }
    },
  };
}
