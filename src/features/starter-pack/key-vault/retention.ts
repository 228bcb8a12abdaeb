import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultRetention = defineStarter({
  name: 'key-vault-retention',
  displayName: 'Key vaults should keep deleted secrets for at least 30 days',
  description: 'A week is often over before anyone notices what is missing.',
  category: 'Key Vault',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/softDeleteRetentionInDays`, exists: true },
    { field: `${TYPE}/softDeleteRetentionInDays`, less: "[parameters('minimumDays')]" },
  ),
  parameters: {
    minimumDays: {
      type: 'Integer',
      metadata: {
        displayName: 'Days',
        description: 'The least number of days that deleted secrets are kept',
      },
      defaultValue: 30,
    },
  },
  frameworks: {
    nist80053: ['CP-9'],
    iso27001: ['A.8.13'],
    mcsb: ['DP-8'],
  },
  remediation: {
    text: 'The period is chosen when a vault is created: create a new vault with 90 days and move the secrets.',
    az: 'az keyvault create --name <new-name> --resource-group <group> --retention-days 90',
    bicep: `properties: {
  softDeleteRetentionInDays: 90
}`,
    terraform: `resource "azurerm_key_vault" "example" {
  soft_delete_retention_days = 90
}`,
  },
  examples: {
    passing: [example(TYPE, { softDeleteRetentionInDays: 90 }), example(TYPE, {})],
    failing: [example(TYPE, { softDeleteRetentionInDays: 7 })],
  },
});
