import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.App/containerApps';

export const containerAppHttpsOnly = defineStarter({
  name: 'container-app-https-only',
  displayName: 'Container apps should only be reachable over HTTPS',
  description: 'An app that answers on HTTP sends sessions and data in the clear.',
  category: 'Container Apps',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/configuration.ingress.allowInsecure`, equals: true }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: '0e80e269-43a4-4ae9-b5bc-178126b8a5cb',
  remediation: {
    text: 'Disallow insecure connections: HTTP requests are redirected.',
    az: 'az containerapp ingress update --name <name> --resource-group <group> --allow-insecure false',
    bicep: `properties: {
  configuration: {
    ingress: { allowInsecure: false }
  }
}`,
    terraform: `resource "azurerm_container_app" "example" {
  ingress {
    allow_insecure_connections = false
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { configuration: { ingress: { allowInsecure: false } } }),
      example(TYPE, { configuration: {} }),
    ],
    failing: [example(TYPE, { configuration: { ingress: { allowInsecure: true } } })],
  },
});
