import { scalarText } from '../json.ts';
import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { publicIp } from '../parts.ts';

export const publicIpAddress: ResourceType = {
  type: 'Microsoft.Network/publicIPAddresses',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2023-09-01', '2022-11-01', '2021-08-01'],
  prefix: 'pip',
  zonal: true,
  build: buildPublicIp,
};

function buildPublicIp(slot: Slot, context: BuildContext): Body {
  const basic = context.lax(0.2);
  const owner = slot.one.owner;
  const path = slot.facts.configuration;
  return {
    sku: { name: basic ? 'Basic' : 'Standard', tier: 'Regional' },
    zones: !basic && context.random.chance(0.5) ? ['1', '2', '3'] : undefined,
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      ipAddress: publicIp(context),
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: basic ? 'Dynamic' : 'Static',
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
      ipConfiguration: owner && path !== 'natGateway' ? { id: `${owner.id}/${scalarText(path)}` } : undefined,
      natGateway: owner && path === 'natGateway' ? { id: owner.id } : undefined,
    },
  };
}
