import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/virtualNetworks';

export const vnetDdosProtection = defineStarter({
  name: 'vnet-ddos-protection',
  displayName: 'Virtual networks should be protected against denial of service',
  description:
    'DDoS network protection covers every public address of the network and names a team that helps during an attack.',
  category: 'Network',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/enableDdosProtection`, notEquals: true }),
  frameworks: {
    nist80053: ['SC-5'],
    iso27001: ['A.8.20'],
    mcsb: ['NS-5'],
  },
  builtInId: '94de2ad3-e0c1-4caf-ad78-5d47bbc83d3d',
  remediation: {
    text: 'Create one DDoS protection plan for all networks (it is billed per plan) and choose it.',
    az: 'az network vnet update --name <name> --resource-group <group> --ddos-protection true --ddos-protection-plan <plan-id>',
    bicep: `properties: {
  enableDdosProtection: true
  ddosProtectionPlan: { id: plan.id }
}`,
    terraform: `resource "azurerm_virtual_network" "example" {
  ddos_protection_plan {
    id     = azurerm_network_ddos_protection_plan.example.id
    enable = true
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { enableDdosProtection: true })],
    failing: [example(TYPE, { enableDdosProtection: false }), example(TYPE, {})],
  },
});
