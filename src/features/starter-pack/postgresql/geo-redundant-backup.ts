import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DBforPostgreSQL/flexibleServers';

export const postgresqlGeoRedundantBackup = defineStarter({
  name: 'postgresql-geo-redundant-backup',
  displayName: 'PostgreSQL servers should have geo-redundant backups',
  description: 'A backup in the same region is lost with the region.',
  category: 'PostgreSQL',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/backup.geoRedundantBackup`, notEquals: 'Enabled' }),
  frameworks: {
    nist80053: ['CP-6', 'CP-6(1)', 'CP-9'],
    iso27001: ['A.8.13'],
    mcsb: ['BR-1', 'BR-2'],
  },
  remediation: {
    text: 'It can be chosen only when a server is created: restore the server as a new one with geo-redundant backup.',
    az: 'az postgres flexible-server create --name <new-name> --resource-group <group> --geo-redundant-backup Enabled',
    bicep: `properties: {
  backup: {
    geoRedundantBackup: 'Enabled'
  }
}`,
    terraform: `resource "azurerm_postgresql_flexible_server" "example" {
  geo_redundant_backup_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { backup: { geoRedundantBackup: 'Enabled' } })],
    failing: [example(TYPE, { backup: { geoRedundantBackup: 'Disabled' } })],
  },
});
