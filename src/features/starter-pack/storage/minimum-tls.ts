import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageMinimumTls = defineStarter({
  name: 'storage-minimum-tls',
  displayName: 'Storage accounts should accept TLS 1.2 or later only',
  description:
    'TLS 1.0 and 1.1 have known weaknesses. An account that names no minimum accepts TLS 1.0 as well.',
  category: 'Storage',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/minimumTlsVersion`, notIn: ['TLS1_2', 'TLS1_3'] }),
  frameworks: {
    cisAzure: ['3.15'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: 'fe83a0eb-a853-422d-aac2-1bffd182c5d0',
  remediation: {
    text: 'Set the minimum TLS version to 1.2 after checking in the logs that no client uses an older one.',
    az: 'az storage account update --name <name> --resource-group <group> --min-tls-version TLS1_2',
    bicep: `properties: {
  minimumTlsVersion: 'TLS1_2'
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  min_tls_version = "TLS1_2"
}`,
  },
  examples: {
    passing: [example(TYPE, { minimumTlsVersion: 'TLS1_2' }), example(TYPE, { minimumTlsVersion: 'TLS1_3' })],
    failing: [example(TYPE, { minimumTlsVersion: 'TLS1_0' }), example(TYPE, {})],
  },
});
