import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.RecoveryServices/vaults';

export const recoveryVaultSoftDelete = defineStarter({
  name: 'recovery-vault-soft-delete',
  displayName: 'Recovery Services vaults should keep deleted backups for a time',
  description: 'Without soft delete an attacker deletes the backups first.',
  category: 'Backup',
  severity: 'high',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/securitySettings.softDeleteSettings.softDeleteState`,
    equals: 'Disabled',
  }),
  frameworks: {
    nist80053: ['CP-9'],
    iso27001: ['A.8.13'],
    mcsb: ['BR-2'],
  },
  remediation: {
    text: 'Turn soft delete on, or always-on.',
    az: 'az backup vault backup-properties set --name <name> --resource-group <group> --soft-delete-feature-state Enable',
    bicep: `properties: {
  securitySettings: {
    softDeleteSettings: { softDeleteState: 'AlwaysON', softDeleteRetentionPeriodInDays: 14 }
  }
}`,
    terraform: `resource "azurerm_recovery_services_vault" "example" {
  soft_delete_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { securitySettings: { softDeleteSettings: { softDeleteState: 'Enabled' } } })],
    failing: [example(TYPE, { securitySettings: { softDeleteSettings: { softDeleteState: 'Disabled' } } })],
  },
});
