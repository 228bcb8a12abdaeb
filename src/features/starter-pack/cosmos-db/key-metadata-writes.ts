import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DocumentDB/databaseAccounts';

export const cosmosDbKeyMetadataWrites = defineStarter({
  name: 'cosmos-db-key-metadata-writes',
  displayName: 'Cosmos DB keys should not change databases and containers',
  description:
    'With key-based metadata writes an app that holds a key can delete containers, past all roles and locks.',
  category: 'Cosmos DB',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableKeyBasedMetadataWriteAccess`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-3', 'AC-6'],
    iso27001: ['A.5.15', 'A.8.3'],
    mcsb: ['PA-7'],
  },
  builtInId: '4750c32b-89c0-46af-bfcb-2e4541a818d5',
  remediation: {
    text: 'Disable it after moving deployments that use keys to Resource Manager.',
    az: 'az cosmosdb update --name <name> --resource-group <group> --disable-key-based-metadata-write-access true',
    bicep: `properties: {
  disableKeyBasedMetadataWriteAccess: true
}`,
    terraform: `resource "azurerm_cosmosdb_account" "example" {
  access_key_metadata_writes_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { disableKeyBasedMetadataWriteAccess: true })],
    failing: [example(TYPE, { disableKeyBasedMetadataWriteAccess: false })],
  },
});
