import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storagePublicBlobAccess = defineStarter({
  name: 'storage-public-blob-access',
  displayName: 'Storage accounts should not allow anonymous access to blobs',
  description:
    'Where the account allows it, anyone who can change a container can open it to the whole internet without sign-in. An older account that says nothing allows it.',
  category: 'Storage',
  severity: 'critical',
  when: resourcesOf(TYPE, { field: `${TYPE}/allowBlobPublicAccess`, notEquals: false }),
  frameworks: {
    cisAzure: ['3.7', '5.1.3'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.5.15', 'A.8.3', 'A.8.12'],
    pciDss: ['1.4.2', '7.2.1'],
    mcsb: ['NS-2'],
  },
  builtInId: '4fa4b6c0-31ca-4c0d-b10d-24b96f62a751',
  remediation: {
    text: 'Disallow anonymous access on the account. Publish what must be public through a CDN or with SAS tokens.',
    az: 'az storage account update --name <name> --resource-group <group> --allow-blob-public-access false',
    bicep: `properties: {
  allowBlobPublicAccess: false
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  allow_nested_items_to_be_public = false
}`,
  },
  examples: {
    passing: [example(TYPE, { allowBlobPublicAccess: false })],
    failing: [example(TYPE, { allowBlobPublicAccess: true }), example(TYPE, {})],
  },
});
