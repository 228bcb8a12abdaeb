import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const privateDnsZone: ResourceType = {
  type: 'Microsoft.Network/privateDnsZones',
  apiVersions: ['2024-06-01', '2020-06-01', '2018-09-01'],
  prefix: 'pdnsz',
  global: true,
  build: buildZone,
};

function buildZone(slot: Slot, context: BuildContext): Body {
  return {
    properties: {
      provisioningState: 'Succeeded',
      internalId: context.random.hex(40),
      maxNumberOfRecordSets: 25_000,
      numberOfRecordSets: context.random.int(1, 120),
      maxNumberOfVirtualNetworkLinks: 1000,
      numberOfVirtualNetworkLinks: (slot.many.links ?? []).length,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
      numberOfVirtualNetworkLinksWithRegistration: 0,
    },
  };
}
