import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/sites';

export const webAppClientCertificates = defineStarter({
  name: 'web-app-client-certificates',
  displayName: 'Web apps should ask clients for certificates',
  description:
    'Mutual TLS keeps everyone out who holds no certificate, before any request is read. It suits apps that are called by other apps.',
  category: 'App Service',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: 'kind', notContains: 'functionapp' },
    { field: `${TYPE}/clientCertEnabled`, notEquals: true },
  ),
  frameworks: {
    cisAzure: ['9.4'],
    nist80053: ['CM-6'],
    iso27001: ['A.8.5'],
    mcsb: ['PV-2'],
  },
  builtInId: '19dd1db6-f442-49cf-a838-b0786b4401ef',
  remediation: {
    text: 'Turn client certificates on; mode Optional or paths to leave out are for apps with browsers as clients.',
    az: 'az webapp update --name <name> --resource-group <group> --set clientCertEnabled=true clientCertMode=Required',
    bicep: `properties: {
  clientCertEnabled: true
  clientCertMode: 'Required'
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  client_certificate_enabled = true
  client_certificate_mode    = "Required"
}`,
  },
  examples: {
    passing: [
      example(TYPE, { clientCertEnabled: true }, { kind: 'app' }),
      example(TYPE, { clientCertEnabled: false }, { kind: 'functionapp' }),
    ],
    failing: [example(TYPE, { clientCertEnabled: false }, { kind: 'app,linux' })],
  },
});
