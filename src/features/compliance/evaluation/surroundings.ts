import { type InventoryStore, parseResourceId, resourceKey } from '#features/inventory/index.ts';

/** Groups whose documents are kept before they are read again. */
const MAX_GROUPS = 5_000;

/** What `resourceGroup()` and `subscription()` say of the resources of one segment. */
export class Surroundings {
  readonly #segment: string;
  readonly #store: InventoryStore;
  readonly #groups = new Map<string, Promise<unknown>>();
  #subscription: Promise<unknown> | undefined;

  constructor(segment: string, store: InventoryStore) {
    this.#segment = segment;
    this.#store = store;
  }

  /** The group that a resource lies in; its name alone where the inventory does not have it. */
  group(id: string): Promise<unknown> {
    const { resourceGroup, subscriptionId } = parseResourceId(id);
    if (resourceGroup === undefined) return Promise.resolve(undefined);
    const name = resourceGroup.toLowerCase();
    const known = this.#groups.get(name);
    if (known) return known;
    const groupId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
    const reading = this.#store.get(this.#segment, resourceKey(groupId)).then((stored) => {
      return stored ? JSON.parse(stored.json) : { id: groupId, name: resourceGroup };
    });
    if (this.#groups.size >= MAX_GROUPS) this.#groups.clear();
    this.#groups.set(name, reading);
    return reading;
  }

  subscription(): Promise<unknown> {
    this.#subscription ??= this.#readSubscription();
    return this.#subscription;
  }

  async #readSubscription(): Promise<unknown> {
    const segments = await this.#store.segments.list();
    const details = segments.find(({ segment }) => segment === this.#segment);
    return {
      id: `/subscriptions/${this.#segment}`,
      subscriptionId: this.#segment,
      displayName: details?.displayName ?? this.#segment,
      ...(details?.azureTenantId !== undefined && { tenantId: details.azureTenantId }),
    };
  }
}
