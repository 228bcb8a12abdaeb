import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DocumentDB/databaseAccounts';

export const cosmosDbFirewall = defineStarter({
  name: 'cosmos-db-firewall',
  displayName: 'Cosmos DB accounts should have firewall rules',
  description: 'An account open to every network is protected by its keys alone.',
  category: 'Cosmos DB',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/publicNetworkAccess`, notIn: ['Disabled', 'SecuredByPerimeter'] },
    { field: `${TYPE}/isVirtualNetworkFilterEnabled`, notEquals: true },
    { count: { field: `${TYPE}/ipRules[*]` }, equals: 0 },
  ),
  frameworks: {
    cisAzure: ['4.5.1'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.4'],
    mcsb: ['NS-2'],
  },
  builtInId: '862e97cf-49fc-4a5c-9de4-40d4e2e7c8eb',
  remediation: {
    text: 'Name the addresses and networks that need the account, or disable public access and use a private endpoint.',
    az: 'az cosmosdb update --name <name> --resource-group <group> --public-network-access Disabled',
    bicep: `properties: {
  publicNetworkAccess: 'Disabled'
}`,
    terraform: `resource "azurerm_cosmosdb_account" "example" {
  public_network_access_enabled = false
}`,
  },
  examples: {
    passing: [
      example(TYPE, { publicNetworkAccess: 'Disabled' }),
      example(TYPE, { publicNetworkAccess: 'Enabled', ipRules: [{ ipAddressOrRange: '203.0.113.7' }] }),
      example(TYPE, { isVirtualNetworkFilterEnabled: true }),
    ],
    failing: [
      example(TYPE, { publicNetworkAccess: 'Enabled', isVirtualNetworkFilterEnabled: false, ipRules: [] }),
    ],
  },
});
