import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { subnetId } from '../parts.ts';

export const routeTable: ResourceType = {
  type: 'Microsoft.Network/routeTables',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01', '2021-08-01'],
  prefix: 'rt',
  embedded: { routes: 'routes' },
  build: buildRouteTable,
};

function buildRouteTable(slot: Slot, context: BuildContext): Body {
  const subnet = subnetId(slot.one.network, slot.facts.subnet);
  const route = {
    name: 'default',
    id: `${slot.id}/routes/default`,
    type: 'Microsoft.Network/routeTables/routes',
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: '0.0.0.0/0',
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: '10.0.1.4',
      hasBgpOverride: false,
    },
  };
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      disableBgpRoutePropagation: context.random.chance(0.6),
      routes: context.random.chance(0.9) ? [route] : [],
      subnets: subnet === undefined ? undefined : [{ id: subnet }],
    },
  };
}
