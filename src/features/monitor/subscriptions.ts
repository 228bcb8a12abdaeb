import { type InventoryStore, segmentOf } from '#features/inventory/index.ts';

type Asked = {
  readonly subscriptionId?: readonly string[] | undefined;
  readonly resourceId?: string | undefined;
};

/** The watched subscriptions that a query is about. */
export async function subscriptionsOf(
  inventory: InventoryStore,
  { subscriptionId, resourceId }: Asked,
): Promise<string[]> {
  const wanted = subscriptionId?.map((id) => id.toLowerCase());
  const only = resourceId === undefined ? undefined : segmentOf(resourceId);
  const segments = await inventory.segments.list();
  return segments
    .filter(({ state }) => state !== undefined)
    .map(({ segment }) => segment)
    .filter((id) => (!wanted || wanted.includes(id)) && (only === undefined || only === id));
}
