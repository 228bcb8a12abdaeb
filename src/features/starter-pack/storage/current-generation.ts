import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageCurrentGeneration = defineStarter({
  name: 'storage-general-purpose-v2',
  displayName: 'Storage accounts should be general-purpose v2',
  description:
    'General-purpose v1 and Blob storage accounts are legacy kinds without current redundancy, tiers and lifecycle rules, and Azure retires v1.',
  category: 'Storage',
  severity: 'low',
  when: resourcesOf(TYPE, { field: 'kind', in: ['Storage', 'BlobStorage'] }),
  frameworks: {
    nist80053: ['SA-22'],
    iso27001: ['A.8.8'],
  },
  remediation: {
    text: 'Upgrade the account in place; it stays reachable, but the step cannot be undone.',
    az: 'az storage account update --name <name> --resource-group <group> --set kind=StorageV2 --access-tier Hot',
    bicep: `kind: 'StorageV2'`,
    terraform: `resource "azurerm_storage_account" "example" {
  account_kind = "StorageV2"
}`,
  },
  examples: {
    passing: [example(TYPE, {}, { kind: 'StorageV2' }), example(TYPE, {}, { kind: 'BlockBlobStorage' })],
    failing: [example(TYPE, {}, { kind: 'Storage' })],
  },
});
