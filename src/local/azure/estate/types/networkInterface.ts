import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { addressBase, ref, subnetId } from '../parts.ts';

export const networkInterface: ResourceType = {
  type: 'Microsoft.Network/networkInterfaces',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2023-09-01', '2022-11-01', '2021-08-01'],
  prefix: 'nic',
  build: buildInterface,
};

function buildInterface(slot: Slot, context: BuildContext): Body {
  const { second, third } = addressBase(context);
  const host = 4 + (slot.ordinal % 240);
  const configuration = {
    name: 'ipconfig1',
    id: `${slot.id}/ipConfigurations/ipconfig1`,
    type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
    properties: {
      provisioningState: 'Succeeded',
      privateIPAddress: `10.${second}.${third}.${host}`,
      privateIPAllocationMethod: context.random.chance(0.8) ? 'Dynamic' : 'Static',
      publicIPAddress: ref(slot.one.publicIp),
      subnet: { id: subnetId(slot.one.network, slot.facts.subnet) },
      primary: true,
      privateIPAddressVersion: 'IPv4',
      loadBalancerBackendAddressPools: slot.one.loadBalancer && [
        { id: `${slot.one.loadBalancer.id}/backendAddressPools/backend` },
      ],
    },
  };
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      ipConfigurations: [configuration],
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      enableAcceleratedNetworking: context.random.chance(0.6),
      enableIPForwarding: context.lax(0.05),
      disableTcpStateTracking: false,
      networkSecurityGroup: ref(slot.one.nsg),
      virtualMachine: ref(slot.one.vm),
      privateEndpoint: ref(slot.one.privateEndpoint),
      hostedWorkloads: [],
      nicType: 'Standard',
      allowPort25Out: false,
    },
  };
}
