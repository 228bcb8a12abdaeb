import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppMinimumTls = defineStarter({
  name: 'web-app-minimum-tls',
  displayName: 'Web and function apps should accept TLS 1.2 or later only',
  description:
    'TLS 1.0 and 1.1 have known weaknesses. Judged where Resource Manager shows the configuration of the site.',
  category: 'App Service',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/siteConfig.minTlsVersion`, in: ['1.0', '1.1'] }),
  frameworks: {
    cisAzure: ['9.3'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3', 'NS-8'],
  },
  builtInId: 'f0e6e85b-9b9f-4a4b-b67b-f730d42f1b0b',
  remediation: {
    text: 'Set the minimum TLS version to 1.2.',
    az: 'az webapp config set --name <name> --resource-group <group> --min-tls-version 1.2',
    bicep: `properties: {
  siteConfig: {
    minTlsVersion: '1.2'
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    minimum_tls_version = "1.2"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { siteConfig: { minTlsVersion: '1.2' } }),
      example(TYPE, { siteConfig: { minTlsVersion: '1.3' } }),
    ],
    failing: [example(TYPE, { siteConfig: { minTlsVersion: '1.0' } })],
  },
});
