import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Sql/servers';

export const sqlEntraAdministrator = defineStarter({
  name: 'sql-entra-administrator',
  displayName: 'Azure SQL servers should have a Microsoft Entra administrator',
  description:
    'Only with an Entra administrator can people and apps sign in with managed identities instead of passwords kept in the database.',
  category: 'SQL',
  severity: 'high',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/administrators.administratorType`,
    notEquals: 'ActiveDirectory',
  }),
  frameworks: {
    cisAzure: ['4.1.4'],
    nist80053: ['AC-2', 'AC-2(1)', 'AC-2(7)', 'AC-3', 'IA-2', 'IA-4'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['3.3.3', '7.3.1', '8.4.1'],
    mcsb: ['IM-1'],
  },
  builtInId: '1f314764-cb73-4fc9-b863-8eca98ac36e9',
  remediation: {
    text: 'Make a group of your directory the administrator of the server.',
    az: 'az sql server ad-admin create --server <name> --resource-group <group> --display-name <group-name> --object-id <group-object-id>',
    bicep: `properties: {
  administrators: {
    administratorType: 'ActiveDirectory'
    principalType: 'Group'
    login: groupName
    sid: groupObjectId
    tenantId: tenant().tenantId
  }
}`,
    terraform: `resource "azurerm_mssql_server" "example" {
  azuread_administrator {
    login_username = "sql-admins"
    object_id      = var.group_object_id
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        administrators: { administratorType: 'ActiveDirectory', azureADOnlyAuthentication: false },
      }),
    ],
    failing: [example(TYPE, { administratorLogin: 'sqladmin' })],
  },
});
