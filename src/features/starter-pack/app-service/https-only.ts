import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppHttpsOnly = defineStarter({
  name: 'web-app-https-only',
  displayName: 'Web and function apps should only be reachable over HTTPS',
  description: 'An app that answers on HTTP sends sessions and data in the clear.',
  category: 'App Service',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/httpsOnly`, notEquals: true }),
  frameworks: {
    cisAzure: ['9.2'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['3.5.1', '4.2.1', '6.2.4'],
    mcsb: ['DP-3'],
  },
  builtInId: 'a4af4a39-4135-47fb-b175-47fbdf85311d',
  remediation: {
    text: 'Turn "HTTPS Only" on: HTTP requests are redirected.',
    az: 'az webapp update --name <name> --resource-group <group> --https-only true',
    bicep: `properties: {
  httpsOnly: true
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  https_only = true
}`,
  },
  examples: {
    passing: [example(TYPE, { httpsOnly: true }, { kind: 'app,linux' })],
    failing: [
      example(TYPE, { httpsOnly: false }, { kind: 'app' }),
      example(TYPE, {}, { kind: 'functionapp' }),
    ],
  },
});
