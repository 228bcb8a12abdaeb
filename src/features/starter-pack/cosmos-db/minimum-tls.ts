import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DocumentDB/databaseAccounts';

export const cosmosDbMinimumTls = defineStarter({
  name: 'cosmos-db-minimum-tls',
  displayName: 'Cosmos DB accounts should accept TLS 1.2 or later only',
  description: 'TLS 1.0 and 1.1 have known weaknesses.',
  category: 'Cosmos DB',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/minimalTlsVersion`, in: ['Tls', 'Tls11'] }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  remediation: {
    text: 'Set the minimum TLS version to 1.2.',
    az: 'az cosmosdb update --name <name> --resource-group <group> --minimal-tls-version Tls12',
    bicep: `properties: {
  minimalTlsVersion: 'Tls12'
}`,
    terraform: `resource "azurerm_cosmosdb_account" "example" {
  minimal_tls_version = "Tls12"
}`,
  },
  examples: {
    passing: [example(TYPE, { minimalTlsVersion: 'Tls12' })],
    failing: [example(TYPE, { minimalTlsVersion: 'Tls' })],
  },
});
