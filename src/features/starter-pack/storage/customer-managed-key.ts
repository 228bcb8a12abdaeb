import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageCustomerManagedKey = defineStarter({
  name: 'storage-customer-managed-key',
  displayName: 'Storage accounts should use a customer-managed key for encryption',
  description:
    'With a key of your own in Key Vault you decide when it is rotated, who may use it, and when data becomes unreadable.',
  category: 'Storage',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/encryption.keySource`, notEquals: 'Microsoft.Keyvault' }),
  frameworks: {
    cisAzure: ['3.12'],
    nist80053: ['SC-12'],
    iso27001: ['A.8.24'],
    mcsb: ['DP-5'],
  },
  builtInId: '6fac406b-40ca-413b-bf8e-0bf964659c25',
  remediation: {
    text: 'Give the account a managed identity with access to a key in a vault with purge protection, then choose that key.',
    az: 'az storage account update --name <name> --resource-group <group> --encryption-key-source Microsoft.Keyvault --encryption-key-vault <vault-uri> --encryption-key-name <key>',
    bicep: `properties: {
  encryption: {
    keySource: 'Microsoft.Keyvault'
    keyvaultproperties: {
      keyvaulturi: vault.properties.vaultUri
      keyname: key.name
    }
  }
}`,
    terraform: `resource "azurerm_storage_account_customer_managed_key" "example" {
  storage_account_id = azurerm_storage_account.example.id
  key_vault_id       = azurerm_key_vault.example.id
  key_name           = azurerm_key_vault_key.example.name
}`,
  },
  examples: {
    passing: [example(TYPE, { encryption: { keySource: 'Microsoft.Keyvault' } })],
    failing: [example(TYPE, { encryption: { keySource: 'Microsoft.Storage' } })],
  },
});
