import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref } from '../parts.ts';

export const gatewayConnection: ResourceType = {
  type: 'Microsoft.Network/connections',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'con',
  build: buildConnection,
};

function buildConnection(slot: Slot, context: BuildContext): Body {
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      virtualNetworkGateway1: ref(slot.one.gateway),
      localNetworkGateway2: ref(slot.one.local),
      connectionType: 'IPsec',
      connectionProtocol: context.lax(0.3) ? 'IKEv1' : 'IKEv2',
      routingWeight: 0,
      enableBgp: false,
      usePolicyBasedTrafficSelectors: false,
      ipsecPolicies: [],
      dpdTimeoutSeconds: 45,
      connectionMode: 'Default',
      connectionStatus: context.random.chance(0.85) ? 'Connected' : 'NotConnected',
    },
  };
}
