import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Sql/servers';

export const sqlMinimumTls = defineStarter({
  name: 'sql-minimum-tls',
  displayName: 'Azure SQL servers should accept TLS 1.2 or later only',
  description:
    'TLS 1.0 and 1.1 have known weaknesses; a server without a minimum accepts even unencrypted logins.',
  category: 'SQL',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/minimalTlsVersion`, notIn: ['1.2', '1.3'] }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: '32e6bbec-16b6-44c2-be37-c5b672d103cf',
  remediation: {
    text: 'Set the minimum TLS version to 1.2 after checking that every client supports it.',
    az: 'az sql server update --name <name> --resource-group <group> --minimal-tls-version 1.2',
    bicep: `properties: {
  minimalTlsVersion: '1.2'
}`,
    terraform: `resource "azurerm_mssql_server" "example" {
  minimum_tls_version = "1.2"
}`,
  },
  examples: {
    passing: [example(TYPE, { minimalTlsVersion: '1.2' }), example(TYPE, { minimalTlsVersion: '1.3' })],
    failing: [example(TYPE, { minimalTlsVersion: '1.0' }), example(TYPE, { minimalTlsVersion: 'None' })],
  },
});
