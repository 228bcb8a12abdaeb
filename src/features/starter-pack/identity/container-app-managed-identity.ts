import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.App/containerApps';

export const containerAppManagedIdentity = defineStarter({
  name: 'container-app-managed-identity',
  displayName: 'Container apps should have a managed identity',
  description:
    'With a managed identity the app needs no password to reach registries and other Azure services.',
  category: 'Identity',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: 'identity.type', notContains: 'Assigned' }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2', 'IA-4'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-3'],
  },
  builtInId: 'b874ab2d-72dd-47f1-8cb5-4a306478a4e7',
  remediation: {
    text: 'Give the app an identity, and roles on what it uses.',
    az: 'az containerapp identity assign --name <name> --resource-group <group> --system-assigned',
    bicep: `identity: {
  type: 'SystemAssigned'
}`,
    terraform: `resource "azurerm_container_app" "example" {
  identity {
    type = "SystemAssigned"
  }
}`,
  },
  examples: {
    passing: [example(TYPE, {}, { identity: { type: 'UserAssigned' } })],
    failing: [example(TYPE, {}, { identity: { type: 'None' } }), example(TYPE, {})],
  },
});
