import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.DocumentDB/databaseAccounts';

export const cosmosDbLocalAuthentication = defineStarter({
  name: 'cosmos-db-local-authentication',
  displayName: 'Cosmos DB accounts should not accept account keys',
  description: 'Account keys give full access, name nobody and never expire.',
  category: 'Cosmos DB',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: 'kind', notEquals: 'MongoDB' },
    { field: `${TYPE}/disableLocalAuth`, notEquals: true },
  ),
  frameworks: {
    cisAzure: ['4.5.3'],
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: '5450f5bd-9c72-4390-a9c4-a7aba4edfdd2',
  remediation: {
    text: 'Give the callers data roles, move them to Microsoft Entra ID, then disable keys.',
    az: 'az resource update --ids <account-id> --set properties.disableLocalAuth=true',
    bicep: `properties: {
  disableLocalAuth: true
}`,
    terraform: `resource "azurerm_cosmosdb_account" "example" {
  local_authentication_disabled = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, { disableLocalAuth: true }, { kind: 'GlobalDocumentDB' }),
      example(TYPE, { disableLocalAuth: false }, { kind: 'MongoDB' }),
    ],
    failing: [example(TYPE, { disableLocalAuth: false }, { kind: 'GlobalDocumentDB' })],
  },
});
