import type { Body, ResourceType, Slot } from '../model.ts';
import { ref } from '../parts.ts';

export const privateDnsZoneLink: ResourceType = {
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  apiVersions: ['2024-06-01', '2020-06-01', '2018-09-01'],
  prefix: 'link',
  global: true,
  build: buildLink,
};

function buildLink(slot: Slot): Body {
  return {
    properties: {
      provisioningState: 'Succeeded',
      registrationEnabled: false,
      virtualNetwork: ref(slot.one.network),
      virtualNetworkLinkState: 'Completed',
    },
  };
}
