import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/disks';

export const diskCustomerManagedKey = defineStarter({
  name: 'disk-customer-managed-key',
  displayName: 'Managed disks should be encrypted with a customer-managed key',
  description:
    'With a key of your own in Key Vault you decide when it is rotated and when data becomes unreadable, attached or not.',
  category: 'Compute',
  severity: 'low',
  when: resourcesOf(TYPE, {
    anyOf: [
      { field: `${TYPE}/encryption.type`, exists: false },
      { field: `${TYPE}/encryption.type`, equals: 'EncryptionAtRestWithPlatformKey' },
    ],
  }),
  frameworks: {
    cisAzure: ['7.3', '7.4'],
    nist80053: ['SC-12'],
    iso27001: ['A.8.24'],
    mcsb: ['DP-5'],
  },
  builtInId: '702dd420-7fcc-42c5-afe8-4026edd20fe0',
  remediation: {
    text: 'Create a disk encryption set for a key in a vault with purge protection, deallocate the machine, and choose the set.',
    az: 'az disk update --name <name> --resource-group <group> --encryption-type EncryptionAtRestWithCustomerKey --disk-encryption-set <set-id>',
    bicep: `properties: {
  encryption: {
    type: 'EncryptionAtRestWithCustomerKey'
    diskEncryptionSetId: encryptionSet.id
  }
}`,
    terraform: `resource "azurerm_managed_disk" "example" {
  disk_encryption_set_id = azurerm_disk_encryption_set.example.id
}`,
  },
  examples: {
    passing: [
      example(TYPE, { encryption: { type: 'EncryptionAtRestWithCustomerKey' } }),
      example(TYPE, { encryption: { type: 'EncryptionAtRestWithPlatformAndCustomerKeys' } }),
    ],
    failing: [example(TYPE, { encryption: { type: 'EncryptionAtRestWithPlatformKey' } })],
  },
});
