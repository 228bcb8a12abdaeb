import {
  type Cause,
  canonicalize,
  type InventoryStore,
  parseResourceId,
  resourceKey,
  segmentOf,
  toResourceDocument,
} from '#features/inventory/index.ts';
import type { ApiVersions } from './apiVersions.ts';

export type RefreshOutcome = 'created' | 'updated' | 'deleted' | 'unchanged' | 'absent';

const MAX_TRIES = 6;

/**
 * Makes our copy of one resource what Azure says it is now. It looks at Azure and never at the event that asked,
 * so events may come twice, late, or in any order. A resource without a location is a proxy resource (a subnet, a
 * role assignment): part of another one's document, not of the inventory (ARM RPC, "tracked and proxy resources").
 * @throws AzureError where Azure does not answer; then nothing is changed
 */
export async function refreshResource(
  id: string,
  options: { store: InventoryStore; apiVersions: ApiVersions; cause: Cause },
): Promise<RefreshOutcome> {
  const { store, apiVersions, cause } = options;
  const segment = segmentOf(id);
  const key = resourceKey(parseResourceId(id).id);
  for (let attempt = 1; ; attempt += 1) {
    const existing = await store.get(segment, key);
    const read = await apiVersions.read(id, existing?.apiVersion);
    const isTracked = read?.document.location !== undefined || existing !== undefined;
    const document = read && isTracked ? toResourceDocument(read.document) : undefined;
    if (!read || !document) {
      if (!existing || existing.source === 'api') return 'absent';
      const [result] = await store.write(segment, [{ kind: 'delete', previous: existing, cause }]);
      if (result?.status === 'written') return 'deleted';
    } else {
      const next = canonicalize(document);
      if (existing?.hash === next.hash && existing.source === 'azure') return 'unchanged';
      const annotations = existing?.annotations ?? {};
      const [result] = await store.write(segment, [
        {
          kind: 'put',
          next,
          source: 'azure',
          annotations,
          apiVersion: read.apiVersion,
          previous: existing,
          cause,
        },
      ]);
      if (result?.status === 'written') return existing ? 'updated' : 'created';
    }
    if (attempt >= MAX_TRIES) throw new Error('the resource changes faster than it can be recorded');
  }
}
