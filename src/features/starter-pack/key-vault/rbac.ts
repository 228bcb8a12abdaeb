import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultRbac = defineStarter({
  name: 'key-vault-rbac',
  displayName: 'Key vaults should use role-based access control',
  description:
    'Access policies give rights to a whole vault and can be changed by any contributor; roles are granted per secret, by owners only.',
  category: 'Key Vault',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/createMode`, notEquals: 'recover' },
    { field: `${TYPE}/enableRbacAuthorization`, notEquals: true },
  ),
  frameworks: {
    cisAzure: ['8.6'],
    nist80053: ['AC-3', 'AC-6'],
    iso27001: ['A.5.15', 'A.8.3'],
    pciDss: ['7.2.1'],
    mcsb: ['PA-7'],
  },
  builtInId: '12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5',
  remediation: {
    text: 'Grant the roles that replace the access policies, then switch the permission model.',
    az: 'az keyvault update --name <name> --resource-group <group> --enable-rbac-authorization true',
    bicep: `properties: {
  enableRbacAuthorization: true
}`,
    terraform: `resource "azurerm_key_vault" "example" {
  rbac_authorization_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { enableRbacAuthorization: true })],
    failing: [example(TYPE, { enableRbacAuthorization: false }), example(TYPE, {})],
  },
});
