import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppRemoteDebugging = defineStarter({
  name: 'web-app-remote-debugging',
  displayName: 'Web and function apps should have remote debugging off',
  description:
    'Remote debugging opens a port into the running process. Judged where Resource Manager shows the configuration of the site.',
  category: 'App Service',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/siteConfig.remoteDebuggingEnabled`, equals: true }),
  frameworks: {
    nist80053: ['AC-17', 'AC-17(1)', 'CM-6'],
    iso27001: ['A.8.9'],
    mcsb: ['PV-2'],
  },
  builtInId: 'cb510bfd-1cba-4d9f-a230-cb0976f4bb71',
  remediation: {
    text: 'Turn remote debugging off.',
    az: 'az webapp config set --name <name> --resource-group <group> --remote-debugging-enabled false',
    bicep: `properties: {
  siteConfig: {
    remoteDebuggingEnabled: false
  }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  site_config {
    remote_debugging_enabled = false
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { siteConfig: { remoteDebuggingEnabled: false } })],
    failing: [example(TYPE, { siteConfig: { remoteDebuggingEnabled: true } })],
  },
});
