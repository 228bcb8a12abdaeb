import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites/slots';

export const webAppSlotHttpsOnly = defineStarter({
  name: 'web-app-slot-https-only',
  displayName: 'Deployment slots should only be reachable over HTTPS',
  description:
    'A staging slot often holds a copy of production data and is forgotten when the app is hardened.',
  category: 'App Service',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/httpsOnly`, notEquals: true }),
  frameworks: {
    cisAzure: ['9.2'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: 'ae1b9a8c-dfce-4605-bd91-69213b4a26fc',
  remediation: {
    text: 'Turn "HTTPS Only" on for the slot.',
    az: 'az webapp update --name <app> --slot <slot> --resource-group <group> --https-only true',
    bicep: `properties: {
  httpsOnly: true
}`,
    terraform: `resource "azurerm_linux_web_app_slot" "example" {
  https_only = true
}`,
  },
  examples: {
    passing: [example(TYPE, { httpsOnly: true })],
    failing: [example(TYPE, { httpsOnly: false })],
  },
});
