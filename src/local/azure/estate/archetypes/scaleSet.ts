import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { loadBalancer } from '../types/loadBalancer.ts';
import { natGateway } from '../types/natGateway.ts';
import { publicIpAddress } from '../types/publicIpAddress.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';
import { virtualMachineScaleSet } from '../types/virtualMachineScaleSet.ts';
import { addNetwork } from './network.ts';

/** Workers in scale sets that reach out through a NAT gateway. */
export function scaleSet(recipe: Recipe, random: Random): void {
  const network = addNetwork(recipe, ['snet-workers']);
  const outbound = recipe.add(publicIpAddress, { suffix: 'nat', facts: { configuration: 'natGateway' } });
  const nat = recipe.add(natGateway, {
    one: { network, publicIp: outbound },
    facts: { subnet: 'snet-workers' },
  });
  outbound.one.owner = nat;
  network.one['nat:snet-workers'] = nat;
  const publicIp = recipe.add(publicIpAddress, {
    suffix: 'lb',
    facts: { configuration: 'frontendIPConfigurations/frontend' },
  });
  const balancer = recipe.add(loadBalancer, { one: { publicIp } });
  publicIp.one.owner = balancer;
  const identity = recipe.add(userAssignedIdentity);
  const count = random.int(1, 3);
  for (let index = 0; index < count; index++) {
    recipe.add(virtualMachineScaleSet, {
      one: { network, loadBalancer: balancer, identity },
      facts: { subnet: 'snet-workers' },
    });
  }
  recipe.add(storageAccount);
}
