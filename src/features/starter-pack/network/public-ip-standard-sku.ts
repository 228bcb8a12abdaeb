import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/publicIPAddresses';

export const publicIpStandardSku = defineStarter({
  name: 'public-ip-standard-sku',
  displayName: 'Public IP addresses should be of the Standard SKU',
  description: 'Basic addresses are open by default, know no zones, and were retired in September 2025.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/sku.name`, equals: 'Basic' }),
  frameworks: {
    nist80053: ['SA-22'],
    iso27001: ['A.8.8'],
  },
  remediation: {
    text: 'Make the address static, detach it, upgrade its SKU, and attach a network security group to what it serves: Standard addresses are closed by default.',
    az: 'az network public-ip update --name <name> --resource-group <group> --sku Standard',
    bicep: `sku: { name: 'Standard' }
properties: {
  publicIPAllocationMethod: 'Static'
}`,
    terraform: `resource "azurerm_public_ip" "example" {
  sku               = "Standard"
  allocation_method = "Static"
}`,
  },
  examples: {
    passing: [example(TYPE, {}, { sku: { name: 'Standard' } })],
    failing: [example(TYPE, {}, { sku: { name: 'Basic' } })],
  },
});
