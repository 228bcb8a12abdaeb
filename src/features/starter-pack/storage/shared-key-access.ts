import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageSharedKeyAccess = defineStarter({
  name: 'storage-shared-key-access',
  displayName: 'Storage accounts should not allow shared key access',
  description:
    'Account keys give full access, name nobody and never expire. Microsoft Entra ID gives each caller an identity and the rights it needs.',
  category: 'Storage',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/allowSharedKeyAccess`, notEquals: false }),
  frameworks: {
    nist80053: ['AC-2', 'AC-3', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: '8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54',
  remediation: {
    text: 'Give the callers data roles (such as Storage Blob Data Contributor), move them to Microsoft Entra ID, then disallow shared keys.',
    az: 'az storage account update --name <name> --resource-group <group> --allow-shared-key-access false',
    bicep: `properties: {
  allowSharedKeyAccess: false
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  shared_access_key_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { allowSharedKeyAccess: false })],
    failing: [example(TYPE, { allowSharedKeyAccess: true }), example(TYPE, {})],
  },
});
