import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.EventHub/namespaces';

export const eventHubsLocalAuthentication = defineStarter({
  name: 'event-hubs-local-authentication',
  displayName: 'Event Hubs namespaces should not accept shared access keys',
  description:
    'Shared access keys name nobody and never expire; Microsoft Entra ID gives each caller an identity and the rights it needs.',
  category: 'Event Hub',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableLocalAuth`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: '5d4e3c65-4873-47be-94f3-6f8b953a3598',
  remediation: {
    text: 'Give the callers data roles, move them to Microsoft Entra ID, then disable local authentication.',
    az: 'az eventhubs namespace update --name <name> --resource-group <group> --disable-local-auth true',
    bicep: `properties: {
  disableLocalAuth: true
}`,
    terraform: `resource "azurerm_eventhub_namespace" "example" {
  local_authentication_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { disableLocalAuth: true })],
    failing: [example(TYPE, { disableLocalAuth: false }), example(TYPE, {})],
  },
});
