import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/loadBalancers';

export const loadBalancerStandardSku = defineStarter({
  name: 'load-balancer-standard-sku',
  displayName: 'Load balancers should be of the Standard SKU',
  description:
    'Basic load balancers know neither zones nor security rules nor a service level, and were retired in September 2025.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/sku.name`, equals: 'Basic' }),
  frameworks: {
    nist80053: ['SA-22'],
    iso27001: ['A.8.8', 'A.8.14'],
  },
  remediation: {
    text: 'Create a Standard load balancer and move the backends; Microsoft publishes an upgrade script.',
    az: 'az network lb create --name <new-name> --resource-group <group> --sku Standard --public-ip-address <standard-ip>',
    bicep: "sku: { name: 'Standard' }",
    terraform: `resource "azurerm_lb" "example" {
  sku = "Standard"
}`,
  },
  examples: {
    passing: [example(TYPE, {}, { sku: { name: 'Standard' } })],
    failing: [example(TYPE, {}, { sku: { name: 'Basic' } })],
  },
});
