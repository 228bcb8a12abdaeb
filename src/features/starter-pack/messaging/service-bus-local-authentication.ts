import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ServiceBus/namespaces';

export const serviceBusLocalAuthentication = defineStarter({
  name: 'service-bus-local-authentication',
  displayName: 'Service Bus namespaces should not accept shared access keys',
  description:
    'Shared access keys name nobody and never expire; Microsoft Entra ID gives each caller an identity and the rights it needs.',
  category: 'Service Bus',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableLocalAuth`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: 'cfb11c26-f069-4c14-8e36-56c394dae5af',
  remediation: {
    text: 'Give the callers data roles, move them to Microsoft Entra ID, then disable local authentication.',
    az: 'az servicebus namespace update --name <name> --resource-group <group> --disable-local-auth true',
    bicep: `properties: {
  disableLocalAuth: true
}`,
    terraform: `resource "azurerm_servicebus_namespace" "example" {
  local_auth_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { disableLocalAuth: true })],
    failing: [example(TYPE, { disableLocalAuth: false }), example(TYPE, {})],
  },
});
