import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageInfrastructureEncryption = defineStarter({
  name: 'storage-infrastructure-encryption',
  displayName: 'Storage accounts should have infrastructure encryption',
  description:
    'Infrastructure encryption encrypts data a second time with another algorithm and key, for data that must survive the loss of one of the two.',
  category: 'Storage',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/encryption.requireInfrastructureEncryption`, notEquals: true }),
  frameworks: {
    cisAzure: ['3.2'],
    nist80053: ['SC-28', 'SC-28(1)'],
    iso27001: ['A.8.24'],
  },
  builtInId: '4733ea7b-a883-42fe-8cac-97454c2a9e4a',
  remediation: {
    text: 'It can be chosen only when an account is created: create a new account with infrastructure encryption and move the data.',
    az: 'az storage account create --name <new-name> --resource-group <group> --require-infrastructure-encryption true',
    bicep: `properties: {
  encryption: {
    requireInfrastructureEncryption: true
  }
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  infrastructure_encryption_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { encryption: { requireInfrastructureEncryption: true } })],
    failing: [
      example(TYPE, { encryption: { requireInfrastructureEncryption: false } }),
      example(TYPE, { encryption: { keySource: 'Microsoft.Storage' } }),
    ],
  },
});
