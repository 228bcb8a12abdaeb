import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { publicIp } from '../parts.ts';

export const localNetworkGateway: ResourceType = {
  type: 'Microsoft.Network/localNetworkGateways',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'lgw',
  build: buildLocalGateway,
};

function buildLocalGateway(_slot: Slot, context: BuildContext): Body {
  const prefixes = [`192.168.${context.random.int(0, 255)}.0/24`];
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      localNetworkAddressSpace: { addressPrefixes: prefixes },
      gatewayIpAddress: publicIp(context),
    },
  };
}
