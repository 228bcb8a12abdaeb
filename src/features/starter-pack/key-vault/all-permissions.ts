import { type Condition, defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

const PERMISSIONS = 'Microsoft.Keyvault/vaults/accessPolicies[*].permissions';

/** Holds where some access policy grants everything on one kind of object. */
function grantsAll(kind: string): Condition {
  const granted = `${PERMISSIONS}.${kind}[*]`;
  return { count: { field: granted, where: { field: granted, equals: 'all' } }, greater: 0 };
}

export const keyVaultAllPermissions = defineStarter({
  name: 'key-vault-all-permissions',
  displayName: 'Key vault access policies should not grant all permissions',
  description:
    'A policy with "all" lets an app that only reads a secret also delete and purge every key of the vault.',
  category: 'Key Vault',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/enableRbacAuthorization`, notEquals: true },
    { anyOf: ['keys', 'secrets', 'certificates'].map(grantsAll) },
  ),
  frameworks: {
    nist80053: ['AC-6'],
    iso27001: ['A.8.2', 'A.8.3'],
    pciDss: ['7.2.2'],
    mcsb: ['PA-7'],
  },
  remediation: {
    text: 'Grant only the permissions that the identity uses, or move the vault to role-based access control.',
    az: 'az keyvault set-policy --name <name> --resource-group <group> --object-id <object-id> --key-permissions get list --secret-permissions get list',
    bicep: `properties: {
  accessPolicies: [
    {
      tenantId: tenant().tenantId
      objectId: objectId
      permissions: { keys: ['get', 'list'], secrets: ['get', 'list'] }
    }
  ]
}`,
    terraform: `resource "azurerm_key_vault_access_policy" "example" {
  key_vault_id       = azurerm_key_vault.example.id
  tenant_id          = var.tenant_id
  object_id          = var.object_id
  key_permissions    = ["Get", "List"]
  secret_permissions = ["Get", "List"]
}`,
  },
  examples: {
    passing: [
      example(TYPE, { accessPolicies: [{ permissions: { keys: ['get', 'list'], secrets: ['get'] } }] }),
      example(TYPE, { accessPolicies: [] }),
    ],
    failing: [
      example(TYPE, {
        accessPolicies: [
          { permissions: { keys: ['get'], secrets: [] } },
          { permissions: { keys: ['All'], secrets: ['get'] } },
        ],
      }),
      example(TYPE, { accessPolicies: [{ permissions: { secrets: ['all'] } }] }),
    ],
  },
});
