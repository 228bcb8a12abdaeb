import { loners } from '../estate/archetypes/leftovers.ts';
import type { Group, Resource, Subscription } from '../estate/model.ts';
import type { Random } from '../estate/random.ts';
import { habitsOf, realizeSlot } from '../estate/realize.ts';
import { Recipe } from '../estate/recipe.ts';

export type Place = { readonly subscription: Subscription; readonly group: Group; readonly tenantId: string };

/** Makes a new resource that stands alone, with a name that no earlier one has (`number` never repeats). */
export function newResource(
  place: Place,
  random: Random,
  identity: { seed: number; number: number; now: number },
): Resource {
  const { seed, number, now } = identity;
  const stamp = {
    seed,
    index: 100_000 + number,
    subscription: place.subscription,
    hub: undefined,
    group: place.group.name,
    archetype: 'drift',
    application: random.pick(['adhoc', 'poc', 'migration', 'hotfix']),
    environment: random.pick(['dev', 'test', 'prod'] as const),
    location: place.group.location,
    size: 1,
  };
  const slot = new Recipe(stamp).add(random.weighted(loners), { suffix: `x${number}` });
  return realizeSlot(slot, {
    stamp,
    tenantId: place.tenantId,
    habits: habitsOf(stamp),
    random,
    past: () => new Date(now).toISOString(),
  });
}
