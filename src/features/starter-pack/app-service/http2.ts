import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppHttp2 = defineStarter({
  name: 'web-app-http2',
  displayName: 'Web and function apps should offer HTTP/2',
  description: 'HTTP/2 is faster and keeps connections encrypted; HTTP/1.1 alone is the old default.',
  category: 'App Service',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/siteConfig.http20Enabled`, equals: false }),
  frameworks: {
    cisAzure: ['9.9'],
    nist80053: ['SI-2'],
    iso27001: ['A.8.8'],
  },
  builtInId: '8c122334-9d20-4eb8-89ea-ac9a705b74ae',
  remediation: {
    text: 'Turn HTTP/2 on; clients that do not know it go on with HTTP/1.1.',
    az: 'az webapp config set --name <name> --resource-group <group> --http20-enabled true',
    bicep: `properties: {
  siteConfig: {
    http20Enabled: true
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    http2_enabled = true
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { siteConfig: { http20Enabled: true } })],
    failing: [example(TYPE, { siteConfig: { http20Enabled: false } })],
  },
});
