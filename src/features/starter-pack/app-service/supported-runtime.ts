import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

/** Past their end of life at the end of 2025, by the dates of the projects. */
const END_OF_LIFE = [
  ...['10', '12', '14', '16', '18'].map((version) => `NODE|${version}*`),
  ...['2.7', '3.6', '3.7', '3.8', '3.9'].map((version) => `PYTHON|${version}`),
  ...['5.6', '7.*', '8.0', '8.1'].map((version) => `PHP|${version}`),
  ...['2.*', '3.*', '5.0', '6.0', '7.0'].map((version) => `DOTNETCORE|${version}`),
];

export const webAppSupportedRuntime = defineStarter({
  name: 'web-app-supported-runtime',
  displayName: 'Web and function apps should run on supported runtimes',
  description: 'A runtime past its end of life gets no security fixes.',
  category: 'App Service',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    anyOf: END_OF_LIFE.map((pattern) => ({ field: `${TYPE}/siteConfig.linuxFxVersion`, like: pattern })),
  }),
  frameworks: {
    cisAzure: ['9.6', '9.7', '9.8'],
    nist80053: ['SA-22', 'SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  remediation: {
    text: 'Move the app to a runtime that is still supported, in a staging slot first.',
    az: "az webapp config set --name <name> --resource-group <group> --linux-fx-version 'NODE|22-lts'",
    bicep: `properties: {
  siteConfig: {
    linuxFxVersion: 'NODE|22-lts'
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    application_stack {
      node_version = "22-lts"
    }
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { siteConfig: { linuxFxVersion: 'NODE|22-lts' } }),
      example(TYPE, { siteConfig: { linuxFxVersion: '' } }),
    ],
    failing: [
      example(TYPE, { siteConfig: { linuxFxVersion: 'NODE|16-lts' } }),
      example(TYPE, { siteConfig: { linuxFxVersion: 'Python|3.8' } }),
    ],
  },
});
