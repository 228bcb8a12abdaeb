import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const dnsZone: ResourceType = {
  type: 'Microsoft.Network/dnszones',
  apiVersions: ['2023-07-01-preview', '2018-05-01', '2017-10-01'],
  prefix: 'dns',
  global: true,
  build: buildZone,
};

function buildZone(_slot: Slot, context: BuildContext): Body {
  const servers = [1, 2, 3, 4].map((index) => `ns${index}-0${context.random.int(1, 9)}.azure-dns.com.`);
  return {
    properties: {
      maxNumberOfRecordSets: 10_000,
      maxNumberOfRecordsPerRecordSet: null,
      nameServers: servers,
      numberOfRecordSets: context.random.int(2, 60),
      zoneType: 'Public',
    },
  };
}
