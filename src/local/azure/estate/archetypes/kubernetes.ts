import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { containerRegistry } from '../types/containerRegistry.ts';
import { dataCollectionRule } from '../types/dataCollectionRule.ts';
import { keyVault } from '../types/keyVault.ts';
import { logAnalyticsWorkspace } from '../types/logAnalyticsWorkspace.ts';
import { managedCluster } from '../types/managedCluster.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';
import { addNetwork, addPrivateEndpoint } from './network.ts';

/** A Kubernetes cluster with its registry, logs and network. */
export function kubernetes(recipe: Recipe, random: Random): void {
  const network = addNetwork(recipe, ['snet-nodes', 'snet-private'], { routed: random.chance(0.5) });
  const workspace = recipe.add(logAnalyticsWorkspace);
  recipe.add(managedCluster, { one: { network, workspace }, facts: { subnet: 'snet-nodes' } });
  const registry = recipe.add(containerRegistry);
  recipe.add(userAssignedIdentity, { suffix: 'kubelet' });
  recipe.add(dataCollectionRule, { one: { workspace } });
  const vault = recipe.add(keyVault);
  if (random.chance(0.5)) recipe.add(storageAccount);
  if (random.chance(0.4)) {
    const at = { network, subnet: 'snet-private' };
    addPrivateEndpoint(recipe, registry, { ...at, groupId: 'registry' });
    addPrivateEndpoint(recipe, vault, { ...at, groupId: 'vault' });
  }
}
