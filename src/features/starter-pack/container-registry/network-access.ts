import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerRegistry/registries';

export const containerRegistryNetworkAccess = defineStarter({
  name: 'container-registry-network-access',
  displayName: 'Container registries should restrict network access',
  description:
    'A registry that every network reaches is protected by its tokens alone. Network rules and private endpoints need the Premium tier.',
  category: 'Container Registry',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/publicNetworkAccess`, notEquals: 'Disabled' },
    { field: `${TYPE}/networkRuleSet.defaultAction`, notEquals: 'Deny' },
  ),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1'],
    mcsb: ['NS-2'],
  },
  builtInId: 'd0793b48-0edc-4296-a390-4c75d1bdfd71',
  remediation: {
    text: 'Deny by default and allow your networks, or disable public access and use a private endpoint.',
    az: 'az acr update --name <name> --public-network-enabled false',
    bicep: `sku: { name: 'Premium' }
properties: {
  publicNetworkAccess: 'Disabled'
}`,
    terraform: `resource "azurerm_container_registry" "example" {
  sku                           = "Premium"
  public_network_access_enabled = false
}`,
  },
  examples: {
    passing: [
      example(TYPE, { publicNetworkAccess: 'Disabled' }),
      example(TYPE, { publicNetworkAccess: 'Enabled', networkRuleSet: { defaultAction: 'Deny' } }),
    ],
    failing: [
      example(TYPE, { publicNetworkAccess: 'Enabled', networkRuleSet: { defaultAction: 'Allow' } }),
      example(TYPE, { publicNetworkAccess: 'Enabled' }),
    ],
  },
});
