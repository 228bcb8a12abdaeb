import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Sql/servers';

export const sqlEntraOnlyAuthentication = defineStarter({
  name: 'sql-entra-only-authentication',
  displayName: 'Azure SQL servers should allow Microsoft Entra sign-in only',
  description:
    'SQL logins are passwords outside the directory: no multi-factor authentication, no conditional access, no central off switch.',
  category: 'SQL',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/administrators.azureADOnlyAuthentication`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2(1)', 'IA-2', 'IA-4'],
    iso27001: ['A.8.5'],
    mcsb: ['IM-1'],
  },
  builtInId: 'abda6d70-9778-44e7-84a8-06713e6db027',
  remediation: {
    text: 'Move every SQL login to Microsoft Entra ID, then turn SQL authentication off.',
    az: 'az sql server ad-only-auth enable --name <name> --resource-group <group>',
    bicep: `properties: {
  administrators: {
    azureADOnlyAuthentication: true
  }
}`,
    terraform: `resource "azurerm_mssql_server" "example" {
  azuread_administrator {
    login_username              = "sql-admins"
    object_id                   = var.group_object_id
    azuread_authentication_only = true
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        administrators: { administratorType: 'ActiveDirectory', azureADOnlyAuthentication: true },
      }),
    ],
    failing: [
      example(TYPE, {
        administrators: { administratorType: 'ActiveDirectory', azureADOnlyAuthentication: false },
      }),
      example(TYPE, {}),
    ],
  },
});
