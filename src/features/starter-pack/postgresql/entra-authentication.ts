import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DBforPostgreSQL/flexibleServers';

export const postgresqlEntraAuthentication = defineStarter({
  name: 'postgresql-entra-authentication',
  displayName: 'PostgreSQL servers should use Microsoft Entra authentication',
  description:
    'People and apps sign in with identities of the directory instead of passwords kept in the database.',
  category: 'PostgreSQL',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/authConfig.activeDirectoryAuth`, notEquals: 'Enabled' }),
  frameworks: {
    nist80053: ['AC-2(1)', 'IA-2', 'IA-4'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-1'],
  },
  remediation: {
    text: 'Turn Microsoft Entra authentication on and name an administrator.',
    az: 'az postgres flexible-server update --name <name> --resource-group <group> --microsoft-entra-auth Enabled',
    bicep: `properties: {
  authConfig: {
    activeDirectoryAuth: 'Enabled'
    passwordAuth: 'Disabled'
    tenantId: tenant().tenantId
  }
}`,
    terraform: `resource "azurerm_postgresql_flexible_server" "example" {
  authentication {
    active_directory_auth_enabled = true
    password_auth_enabled         = false
    tenant_id                     = var.tenant_id
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { authConfig: { activeDirectoryAuth: 'Enabled' } })],
    failing: [example(TYPE, { authConfig: { activeDirectoryAuth: 'Disabled' } }), example(TYPE, {})],
  },
});
