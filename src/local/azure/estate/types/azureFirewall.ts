import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref, subnetId } from '../parts.ts';

export const azureFirewall: ResourceType = {
  type: 'Microsoft.Network/azureFirewalls',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'afw',
  build: buildFirewall,
};

function buildFirewall(slot: Slot, context: BuildContext): Body {
  const tier = context.random.chance(0.3) ? 'Premium' : 'Standard';
  const configuration = {
    name: 'firewall',
    id: `${slot.id}/azureFirewallIpConfigurations/firewall`,
    properties: {
      provisioningState: 'Succeeded',
      privateIPAddress: '10.0.1.4',
      privateIPAllocationMethod: 'Dynamic',
      publicIPAddress: ref(slot.one.publicIp),
      subnet: { id: subnetId(slot.one.network, 'AzureFirewallSubnet') },
    },
  };
  return {
    zones: ['1', '2', '3'],
    properties: {
      provisioningState: 'Succeeded',
      sku: { name: 'AZFW_VNet', tier },
      threatIntelMode: context.lax(0.4) ? 'Alert' : 'Deny',
      additionalProperties: {},
      ipConfigurations: [configuration],
      networkRuleCollections: [],
      applicationRuleCollections: [],
      natRuleCollections: [],
    },
  };
}
