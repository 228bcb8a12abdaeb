import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageSecureTransfer = defineStarter({
  name: 'storage-secure-transfer',
  displayName: 'Storage accounts should require secure transfer',
  description:
    'An account that accepts HTTP or unencrypted SMB lets data and shared keys be read on the way. Only encrypted connections should be accepted.',
  category: 'Storage',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/supportsHttpsTrafficOnly`, equals: false }),
  frameworks: {
    cisAzure: ['3.1'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: '404c3081-a854-4457-ae30-26a93ef643f9',
  remediation: {
    text: 'Turn on "Secure transfer required". Clients that still use http:// or SMB without encryption stop working.',
    az: 'az storage account update --name <name> --resource-group <group> --https-only true',
    bicep: `properties: {
  supportsHttpsTrafficOnly: true
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  https_traffic_only_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { supportsHttpsTrafficOnly: true })],
    failing: [example(TYPE, { supportsHttpsTrafficOnly: false })],
  },
});
