import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Sql/servers';

export const sqlPublicNetworkAccess = defineStarter({
  name: 'sql-public-network-access',
  displayName: 'Azure SQL servers should disable public network access',
  description:
    'A server with a public endpoint can be reached, and its logins guessed, from the internet as far as its firewall rules allow.',
  category: 'SQL',
  severity: 'high',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/publicNetworkAccess`,
    notIn: ['Disabled', 'SecuredByPerimeter'],
  }),
  frameworks: {
    cisAzure: ['4.1.2'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.4'],
    mcsb: ['NS-2'],
  },
  builtInId: '1b8ca024-1d5c-4dec-8995-b1a932b41780',
  remediation: {
    text: 'Create a private endpoint, move the clients to it, then disable public network access.',
    az: 'az sql server update --name <name> --resource-group <group> --enable-public-network false',
    bicep: `properties: {
  publicNetworkAccess: 'Disabled'
}`,
    terraform: `resource "azurerm_mssql_server" "example" {
  public_network_access_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { publicNetworkAccess: 'Disabled' })],
    failing: [example(TYPE, { publicNetworkAccess: 'Enabled' }), example(TYPE, {})],
  },
});
