import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppManagedIdentity = defineStarter({
  name: 'web-app-managed-identity',
  displayName: 'Web and function apps should have a managed identity',
  description: 'With a managed identity the app needs no password to reach other Azure services.',
  category: 'App Service',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: 'identity.type', notContains: 'Assigned' }),
  frameworks: {
    cisAzure: ['9.5'],
    nist80053: ['AC-2', 'AC-3', 'IA-2', 'IA-4'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-3'],
  },
  builtInId: '2b9ad585-36bc-4615-b300-fd4435808332',
  remediation: {
    text: 'Give the app a system-assigned or user-assigned identity, and roles on what it uses.',
    az: 'az webapp identity assign --name <name> --resource-group <group>',
    bicep: `identity: {
  type: 'SystemAssigned'
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  identity {
    type = "SystemAssigned"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, {}, { identity: { type: 'SystemAssigned' } }),
      example(TYPE, {}, { identity: { type: 'SystemAssigned, UserAssigned' } }),
    ],
    failing: [example(TYPE, {}), example(TYPE, {}, { identity: { type: 'None' } })],
  },
});
