import { type InventoryStore, parseResourceId } from '#features/inventory/index.ts';
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
