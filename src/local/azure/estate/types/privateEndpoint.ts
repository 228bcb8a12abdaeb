import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { subnetId } from '../parts.ts';

export const privateEndpoint: ResourceType = {
  type: 'Microsoft.Network/privateEndpoints',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01', '2021-08-01'],
  prefix: 'pep',
  build: buildPrivateEndpoint,
};

function buildPrivateEndpoint(slot: Slot, context: BuildContext): Body {
  const nic = slot.one.nic;
  const connection = {
    name: slot.name,
    id: `${slot.id}/privateLinkServiceConnections/${slot.name}`,
    type: 'Microsoft.Network/privateEndpoints/privateLinkServiceConnections',
    properties: {
      provisioningState: 'Succeeded',
      privateLinkServiceId: slot.one.target?.id,
      groupIds: [slot.facts.groupId],
      privateLinkServiceConnectionState: {
        status: 'Approved',
        description: 'Auto-Approved',
        actionsRequired: 'None',
      },
    },
  };
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      privateLinkServiceConnections: [connection],
      manualPrivateLinkServiceConnections: [],
      customNetworkInterfaceName: '',
      subnet: { id: subnetId(slot.one.network, slot.facts.subnet) },
      ipConfigurations: [],
      networkInterfaces: nic && [{ id: nic.id }],
      customDnsConfigs: [],
    },
  };
}
