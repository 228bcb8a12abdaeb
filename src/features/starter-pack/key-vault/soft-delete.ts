import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultSoftDelete = defineStarter({
  name: 'key-vault-soft-delete',
  displayName: 'Key vaults should keep deleted secrets for a time',
  description: 'Soft delete keeps deleted vaults and secrets recoverable. Old vaults may still have it off.',
  category: 'Key Vault',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/enableSoftDelete`, equals: false }),
  frameworks: {
    cisAzure: ['8.5'],
    nist80053: ['CP-9'],
    iso27001: ['A.8.13'],
    mcsb: ['DP-8'],
  },
  builtInId: '1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d',
  remediation: {
    text: 'Turn soft delete on. It cannot be turned off again.',
    az: 'az resource update --ids <vault-id> --set properties.enableSoftDelete=true',
    bicep: `properties: {
  enableSoftDelete: true
  softDeleteRetentionInDays: 90
}`,
    terraform: `resource "azurerm_key_vault" "example" {
  soft_delete_retention_days = 90
}`,
  },
  examples: {
    passing: [example(TYPE, { enableSoftDelete: true }), example(TYPE, {})],
    failing: [example(TYPE, { enableSoftDelete: false })],
  },
});
