import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.EventHub/namespaces';

export const eventHubsMinimumTls = defineStarter({
  name: 'event-hubs-minimum-tls',
  displayName: 'Event Hubs namespaces should accept TLS 1.2 or later only',
  description: 'TLS 1.0 and 1.1 have known weaknesses.',
  category: 'Event Hub',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/minimumTlsVersion`, in: ['1.0', '1.1'] }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3'],
  },
  remediation: {
    text: 'Set the minimum TLS version to 1.2.',
    az: 'az eventhubs namespace update --name <name> --resource-group <group> --minimum-tls-version 1.2',
    bicep: `properties: {
  minimumTlsVersion: '1.2'
}`,
    terraform: `resource "azurerm_eventhub_namespace" "example" {
  minimum_tls_version = "1.2"
}`,
  },
  examples: {
    passing: [example(TYPE, { minimumTlsVersion: '1.2' })],
    failing: [example(TYPE, { minimumTlsVersion: '1.0' })],
  },
});
