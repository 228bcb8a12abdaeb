import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref, subnetId } from '../parts.ts';

export const bastionHost: ResourceType = {
  type: 'Microsoft.Network/bastionHosts',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'bas',
  build: buildBastion,
};

function buildBastion(slot: Slot, context: BuildContext): Body {
  const configuration = {
    name: 'IpConf',
    id: `${slot.id}/bastionHostIpConfigurations/IpConf`,
    properties: {
      provisioningState: 'Succeeded',
      privateIPAllocationMethod: 'Dynamic',
      publicIPAddress: ref(slot.one.publicIp),
      subnet: { id: subnetId(slot.one.network, 'AzureBastionSubnet') },
    },
  };
  return {
    sku: { name: context.random.pick(['Basic', 'Standard']) },
    properties: {
      provisioningState: 'Succeeded',
      dnsName: `bst-${context.random.uuid()}.bastion.azure.com`,
      scaleUnits: 2,
      ipConfigurations: [configuration],
      disableCopyPaste: context.random.chance(0.2),
      enableTunneling: false,
    },
  };
}
