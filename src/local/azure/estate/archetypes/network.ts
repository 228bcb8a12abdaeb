import type { Slot, Stamp } from '../model.ts';
import { link, type Recipe } from '../recipe.ts';
import { networkInterface } from '../types/networkInterface.ts';
import { networkSecurityGroup } from '../types/networkSecurityGroup.ts';
import { privateEndpoint } from '../types/privateEndpoint.ts';
import { routeTable } from '../types/routeTable.ts';
import { virtualNetwork } from '../types/virtualNetwork.ts';
import { hubNetworkName } from './hub.ts';

/** Adds the stamp's network with its subnets, a security group for each and perhaps a route table. */
export function addNetwork(
  recipe: Recipe,
  subnets: readonly string[],
  options: { routed?: boolean } = {},
): Slot {
  const network = recipe.add(virtualNetwork, { facts: { subnets } });
  if (recipe.stamp.hub !== undefined) network.facts.hubNetwork = hubNetworkId(recipe.stamp.hub);
  for (const subnet of subnets) {
    const group = recipe.add(networkSecurityGroup, { suffix: subnet, one: { network }, facts: { subnet } });
    network.one[`nsg:${subnet}`] = group;
  }
  const [first] = subnets;
  if (options.routed === true && first !== undefined) {
    network.one[`routes:${first}`] = recipe.add(routeTable, { one: { network }, facts: { subnet: first } });
  }
  return network;
}

/** Adds a network interface in a subnet and tells the network of it. */
export function addInterface(recipe: Recipe, network: Slot, subnet: string): Slot {
  const nic = recipe.add(networkInterface, { one: { network }, facts: { subnet } });
  link(network, 'nics', nic);
  return nic;
}

export type EndpointOptions = { readonly network: Slot; readonly subnet: string; readonly groupId: string };

/** Adds a private endpoint with the network interface that Azure makes for it. */
export function addPrivateEndpoint(recipe: Recipe, target: Slot, options: EndpointOptions): Slot {
  const { network, subnet, groupId } = options;
  const one = { network, target };
  const endpoint = recipe.add(privateEndpoint, {
    suffix: `${groupId}-${recipe.slots.length}`,
    one,
    facts: { subnet, groupId },
  });
  const name = `${endpoint.name}.nic.${recipe.slots.length}`;
  const nic = recipe.add(networkInterface, {
    name,
    one: { network, privateEndpoint: endpoint },
    facts: { subnet },
  });
  endpoint.one.nic = nic;
  link(network, 'nics', nic);
  link(target, 'privateEndpoints', endpoint);
  return endpoint;
}

function hubNetworkId(hub: Stamp): string {
  return `/subscriptions/${hub.subscription.id}/resourceGroups/${hub.group}/providers/${virtualNetwork.type}/${hubNetworkName}`;
}
