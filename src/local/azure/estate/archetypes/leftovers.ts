import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { appServicePlan } from '../types/appServicePlan.ts';
import { disk } from '../types/disk.ts';
import { keyVault } from '../types/keyVault.ts';
import { networkSecurityGroup } from '../types/networkSecurityGroup.ts';
import { publicIpAddress } from '../types/publicIpAddress.ts';
import { snapshot } from '../types/snapshot.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';

/** Types that stand alone: nothing need point at them. */
export const loners = [
  [storageAccount, 30],
  [disk, 22],
  [publicIpAddress, 14],
  [snapshot, 14],
  [keyVault, 6],
  [networkSecurityGroup, 6],
  [userAssignedIdentity, 5],
  [appServicePlan, 3],
] as const;

/** What projects leave behind: exactly `stamp.size` resources that nothing uses. */
export function leftovers(recipe: Recipe, random: Random): void {
  while (recipe.slots.length < recipe.stamp.size) recipe.add(random.weighted(loners));
}
