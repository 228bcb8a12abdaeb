import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.RecoveryServices/vaults';

export const recoveryVaultImmutability = defineStarter({
  name: 'recovery-vault-immutability',
  displayName: 'Recovery Services vaults should be immutable',
  description: 'An immutable vault lets nobody delete backups before they expire, administrators included.',
  category: 'Backup',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/securitySettings.immutabilitySettings.state`,
    notIn: ['Locked', 'Unlocked'],
  }),
  frameworks: {
    nist80053: ['CP-9'],
    iso27001: ['A.8.13'],
    mcsb: ['BR-2'],
  },
  builtInId: 'd6f6f560-14b7-49a4-9fc8-d2c3a9807868',
  remediation: {
    text: 'Make the vault immutable, and lock it once retention is settled.',
    az: 'az backup vault update --name <name> --resource-group <group> --immutability-state Unlocked',
    bicep: `properties: {
  securitySettings: {
    immutabilitySettings: { state: 'Unlocked' }
  }
}`,
    terraform: `resource "azurerm_recovery_services_vault" "example" {
  immutability = "Unlocked"
}`,
  },
  examples: {
    passing: [example(TYPE, { securitySettings: { immutabilitySettings: { state: 'Unlocked' } } })],
    failing: [
      example(TYPE, { securitySettings: { immutabilitySettings: { state: 'Disabled' } } }),
      example(TYPE, {}),
    ],
  },
});
