import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppCors = defineStarter({
  name: 'web-app-cors',
  displayName: 'Web and function apps should not let every site call them',
  description:
    'With CORS origin * any page that a user visits may call the app from the browser. Judged where Resource Manager shows the configuration of the site.',
  category: 'App Service',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/siteConfig.cors.allowedOrigins[*]`,
      where: { field: `${TYPE}/siteConfig.cors.allowedOrigins[*]`, equals: '*' },
    },
    greater: 0,
  }),
  frameworks: {
    nist80053: ['AC-4', 'CM-6'],
    iso27001: ['A.8.9'],
    pciDss: ['6.2.4'],
    mcsb: ['PV-2'],
  },
  builtInId: '5744710e-cc2f-4ee8-8809-3b11e89f4bc9',
  remediation: {
    text: 'Name the origins that may call the app.',
    az: "az webapp cors remove --name <name> --resource-group <group> --allowed-origins '*'",
    bicep: `properties: {
  siteConfig: {
    cors: { allowedOrigins: ['https://www.example.com'] }
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    cors {
      allowed_origins = ["https://www.example.com"]
    }
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { siteConfig: { cors: { allowedOrigins: ['https://www.example.com'] } } }),
      example(TYPE, { siteConfig: {} }),
    ],
    failing: [example(TYPE, { siteConfig: { cors: { allowedOrigins: ['https://a.example', '*'] } } })],
  },
});
