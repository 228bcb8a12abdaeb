import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultPurgeProtection = defineStarter({
  name: 'key-vault-purge-protection',
  displayName: 'Key vaults should have purge protection',
  description:
    'Without it, one person can delete keys beyond recovery, and with them all data that they encrypt.',
  category: 'Key Vault',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/enablePurgeProtection`, notEquals: true }),
  frameworks: {
    cisAzure: ['8.5'],
    nist80053: ['CP-9'],
    iso27001: ['A.8.13', 'A.8.24'],
    mcsb: ['DP-8'],
  },
  builtInId: '0b60c0b2-2dc2-4e1c-b5c9-abbed971de53',
  remediation: {
    text: 'Turn purge protection on. It cannot be turned off again.',
    az: 'az keyvault update --name <name> --resource-group <group> --enable-purge-protection true',
    bicep: `properties: {
  enableSoftDelete: true
  enablePurgeProtection: true
}`,
    terraform: `resource "azurerm_key_vault" "example" {
  purge_protection_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { enableSoftDelete: true, enablePurgeProtection: true })],
    failing: [example(TYPE, { enableSoftDelete: true })],
  },
});
