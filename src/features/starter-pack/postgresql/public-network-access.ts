import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DBforPostgreSQL/flexibleServers';

export const postgresqlPublicNetworkAccess = defineStarter({
  name: 'postgresql-public-network-access',
  displayName: 'PostgreSQL servers should disable public network access',
  description:
    'A server with a public endpoint can be reached, and its logins guessed, as far as its firewall rules allow.',
  category: 'PostgreSQL',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/network.delegatedSubnetResourceId`, exists: false },
    { field: `${TYPE}/network.publicNetworkAccess`, notEquals: 'Disabled' },
  ),
  frameworks: {
    cisAzure: ['4.3.7'],
    nist80053: ['AC-4', 'AC-17', 'AC-17(1)', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.4'],
    mcsb: ['NS-2'],
  },
  builtInId: '5e1de0e3-42cb-4ebc-a86d-61d0c619ca48',
  remediation: {
    text: 'Create a private endpoint, then disable public access.',
    az: 'az postgres flexible-server update --name <name> --resource-group <group> --public-access Disabled',
    bicep: `properties: {
  network: {
    publicNetworkAccess: 'Disabled'
  }
}`,
    terraform: `resource "azurerm_postgresql_flexible_server" "example" {
  public_network_access_enabled = false
}`,
  },
  examples: {
    passing: [
      example(TYPE, { network: { publicNetworkAccess: 'Disabled' } }),
      example(TYPE, { network: { delegatedSubnetResourceId: '/subnet' } }),
    ],
    failing: [example(TYPE, { network: { publicNetworkAccess: 'Enabled' } })],
  },
});
