import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppFtps = defineStarter({
  name: 'web-app-ftps',
  displayName: 'Web and function apps should not accept plain FTP',
  description:
    'FTP sends the deployment password in the clear. Judged where Resource Manager shows the configuration of the site.',
  category: 'App Service',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/siteConfig.ftpsState`, equals: 'AllAllowed' }),
  frameworks: {
    cisAzure: ['9.10'],
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  builtInId: '4d24b6d4-5e53-4a4f-a7f4-618fa573ee4b',
  remediation: {
    text: 'Deploy another way and disable FTP, or require FTPS.',
    az: 'az webapp config set --name <name> --resource-group <group> --ftps-state Disabled',
    bicep: `properties: {
  siteConfig: {
    ftpsState: 'Disabled'
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    ftps_state = "Disabled"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { siteConfig: { ftpsState: 'Disabled' } }),
      example(TYPE, { siteConfig: { ftpsState: 'FtpsOnly' } }),
    ],
    failing: [example(TYPE, { siteConfig: { ftpsState: 'AllAllowed' } })],
  },
});
