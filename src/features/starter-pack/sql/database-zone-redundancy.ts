import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Sql/servers/databases';

export const sqlDatabaseZoneRedundancy = defineStarter({
  name: 'sql-database-zone-redundancy',
  displayName: 'Azure SQL databases should be zone redundant',
  description: 'A zone-redundant database survives the loss of a data centre without loss of data.',
  category: 'SQL',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: 'kind', notContains: 'system' },
    { field: `${TYPE}/sku.tier`, in: ['GeneralPurpose', 'BusinessCritical', 'Premium', 'Hyperscale'] },
    { field: `${TYPE}/zoneRedundant`, notEquals: true },
  ),
  frameworks: {
    nist80053: ['CP-6', 'CP-9'],
    iso27001: ['A.8.14'],
    mcsb: ['BR-1'],
  },
  remediation: {
    text: 'Turn zone redundancy on where the tier and region offer it.',
    az: 'az sql db update --name <database> --server <server> --resource-group <group> --zone-redundant true',
    bicep: `properties: {
  zoneRedundant: true
}`,
    terraform: `resource "azurerm_mssql_database" "example" {
  zone_redundant = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, { zoneRedundant: true }, { kind: 'v12.0,user', sku: { tier: 'BusinessCritical' } }),
      example(TYPE, { zoneRedundant: false }, { kind: 'v12.0,user', sku: { tier: 'Basic' } }),
    ],
    failing: [
      example(TYPE, { zoneRedundant: false }, { kind: 'v12.0,user,vcore', sku: { tier: 'GeneralPurpose' } }),
    ],
  },
});
