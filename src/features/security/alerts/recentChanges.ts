import type { Inventory } from '#features/inventory/index.ts';
import { Failure } from '#platform/failure.ts';
import type { ChangesOf } from './security.ts';

/** Changes as the history of the inventory has them; none of a resource that it does not know. */
export function recentChanges(inventoryOf: (tenantId: string) => Inventory): ChangesOf {
  return async (tenantId, resourceId, { from, to }) => {
    try {
      const { data } = await inventoryOf(tenantId).history(resourceId);
      return data
        .filter(({ at }) => at >= from && at <= to)
        .map(({ at, kind, actor, patch }) => ({
          resource_id: resourceId,
          at,
          kind,
          actor,
          changed_paths: patch.map(({ path }) => path),
        }));
    } catch (error) {
      if (error instanceof Failure && error.code === 'notFound') return [];
      throw error;
    }
  };
}
