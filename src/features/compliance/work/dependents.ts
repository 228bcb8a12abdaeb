import {
  type Catalogue,
  type InventoryStore,
  parseResourceId,
  resourceKey,
} from '#features/inventory/index.ts';
import type { Dependents, SegmentPlan } from '../plan/segmentPlan.ts';

type Changed = Dependents & { readonly group: string };

/**
 * Tells which resources depend on what was committed to a segment of the inventory after `seen`: those that changed,
 * and those that may look at one that did. Undefined where nothing was committed.
 */
export async function affectedSince(
  inventory: InventoryStore,
  { segment, seen, plan }: { segment: string; seen: number; plan: SegmentPlan },
): Promise<((key: string, id: string) => boolean) | undefined> {
  if ((await inventory.head(segment)) === seen) return undefined;
  const keys = new Set<string>();
  const changed: Changed[] = [];
  for await (const commits of inventory.commitsAfter(segment, seen)) {
    for (const { entry } of commits.flatMap(({ changes }) => changes)) {
      keys.add(entry.key);
      const { type = '', resourceGroup = '' } = parseResourceId(entry.id);
      changed.push({ ...plan.dependentsOf({ id: entry.id, type }), group: resourceGroup.toLowerCase() });
    }
  }
  return (key, id) => keys.has(key) || changed.some((each) => dependsOn(id, each));
}

function dependsOn(id: string, { above, inGroup, inSegment, group }: Changed): boolean {
  const { type = '', resourceGroup = '' } = parseResourceId(id);
  const isNear = resourceGroup === '' || resourceGroup.toLowerCase() === group;
  return (
    above.includes(id.toLowerCase()) ||
    (isNear && has(inGroup, type.toLowerCase())) ||
    has(inSegment, type.toLowerCase())
  );
}

function has(types: ReadonlySet<string> | null, type: string): boolean {
  return types === null || types.has(type);
}

type Search = { readonly types: ReadonlySet<string> | null; readonly group?: string | undefined };

/** Keys of the resources of a segment that may be judged otherwise because others changed, came or went. */
export async function findDependents(
  catalogue: Catalogue,
  plan: SegmentPlan,
  ids: readonly string[],
): Promise<string[]> {
  const keys = new Set<string>();
  const searches = new Map<string, Search>();
  for (const id of ids) {
    const { type = '', resourceGroup } = parseResourceId(id);
    const { above, inGroup, inSegment } = plan.dependentsOf({ id, type });
    for (const each of above) keys.add(resourceKey(each));
    const group = resourceGroup?.toLowerCase();
    for (const search of [
      { types: inGroup, group },
      { types: inSegment, group: undefined },
    ]) {
      const name = JSON.stringify([search.group, search.types && [...search.types]]);
      if (search.types?.size !== 0) searches.set(name, search);
    }
  }
  for (const search of searches.values())
    for (const key of await keysOf(catalogue, plan.segment, search)) keys.add(key);
  for (const id of ids) keys.delete(resourceKey(id));
  return [...keys];
}

async function keysOf(catalogue: Catalogue, segment: string, { types, group }: Search): Promise<string[]> {
  const { hits } = await catalogue.query({
    filter: {
      segments: [segment],
      ...(types && { types: [...types] }),
      ...(group !== undefined && { resourceGroups: [group, ''] }),
    },
    sort: 'id',
    descending: false,
    limit: Number.MAX_SAFE_INTEGER,
  });
  return hits.map(({ key }) => key);
}
