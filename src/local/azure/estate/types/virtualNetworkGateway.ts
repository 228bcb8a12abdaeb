import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref, subnetId } from '../parts.ts';

export const virtualNetworkGateway: ResourceType = {
  type: 'Microsoft.Network/virtualNetworkGateways',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01', '2021-08-01'],
  prefix: 'vgw',
  build: buildGateway,
};

function buildGateway(slot: Slot, context: BuildContext): Body {
  const size = context.random.pick(['VpnGw1AZ', 'VpnGw2', 'VpnGw1', 'Basic']);
  const configuration = {
    name: 'default',
    id: `${slot.id}/ipConfigurations/default`,
    properties: {
      provisioningState: 'Succeeded',
      privateIPAllocationMethod: 'Dynamic',
      publicIPAddress: ref(slot.one.publicIp),
      subnet: { id: subnetId(slot.one.network, 'GatewaySubnet') },
    },
  };
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      packetCaptureDiagnosticState: 'None',
      ipConfigurations: [configuration],
      sku: { name: size, tier: size, capacity: 2 },
      gatewayType: 'Vpn',
      vpnType: 'RouteBased',
      vpnGatewayGeneration: 'Generation1',
      enableBgp: context.random.chance(0.4),
      activeActive: false,
      enablePrivateIpAddress: false,
      bgpSettings: { asn: 65_515, bgpPeeringAddress: '10.0.0.30', peerWeight: 0 },
    },
  };
}
