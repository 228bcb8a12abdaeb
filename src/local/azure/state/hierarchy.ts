import type { ManagementGroup } from '../estate/model.ts';
import type { Estate } from './estate.ts';

/** Management groups above one, nearest first; with `own`, the group itself before them. */
export function ancestors(estate: Estate, name: string, own = false): readonly ManagementGroup[] {
  const chain: ManagementGroup[] = [];
  let group = estate.managementGroups.find((candidate) => candidate.name === name);
  if (own && group !== undefined) chain.push(group);
  while (group?.parent !== undefined) {
    const { parent } = group;
    group = estate.managementGroups.find((candidate) => candidate.name === parent);
    if (group !== undefined) chain.push(group);
  }
  return chain;
}

/** Ids of all subscriptions at or below a management group. */
export function subscriptionsBelow(estate: Estate, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return estate.subscriptions
    .filter((subscription) =>
      ancestors(estate, subscription.managementGroup, true).some(
        (group) => group.name.toLowerCase() === wanted,
      ),
    )
    .map((subscription) => subscription.id);
}
