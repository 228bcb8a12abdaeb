import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DBforPostgreSQL/flexibleServers';

export const postgresqlSupportedVersion = defineStarter({
  name: 'postgresql-supported-version',
  displayName: 'PostgreSQL servers should run a supported version',
  description:
    'Major versions get five years of fixes from the community; 11 and 12 are past them, and 13 since November 2025.',
  category: 'PostgreSQL',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/version`, in: ['11', '12', '13'] }),
  frameworks: {
    nist80053: ['SA-22', 'SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  remediation: {
    text: 'Upgrade the server in place, after a trial on a restored copy.',
    az: 'az postgres flexible-server upgrade --name <name> --resource-group <group> --version 16',
    bicep: `properties: {
  version: '16'
}`,
    terraform: `resource "azurerm_postgresql_flexible_server" "example" {
  version = "16"
}`,
  },
  examples: {
    passing: [example(TYPE, { version: '16' })],
    failing: [example(TYPE, { version: '11' }), example(TYPE, { version: '13' })],
  },
});
