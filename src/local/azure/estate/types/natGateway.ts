import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { subnetId } from '../parts.ts';

export const natGateway: ResourceType = {
  type: 'Microsoft.Network/natGateways',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'ng',
  zonal: true,
  build: buildNatGateway,
};

function buildNatGateway(slot: Slot, context: BuildContext): Body {
  const address = slot.one.publicIp;
  const subnet = subnetId(slot.one.network, slot.facts.subnet);
  return {
    sku: { name: 'Standard', tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      idleTimeoutInMinutes: context.random.pick([4, 4, 10]),
      publicIpAddresses: address && [{ id: address.id }],
      subnets: subnet === undefined ? undefined : [{ id: subnet }],
    },
  };
}
