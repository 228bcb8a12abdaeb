import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Cache/Redis';

export const redisSecureConnections = defineStarter({
  name: 'redis-secure-connections',
  displayName: 'Redis caches should only accept encrypted connections',
  description: 'Port 6379 carries the access key and all data in the clear.',
  category: 'Cache',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/enableNonSslPort`, equals: true }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['3.5.1', '4.2.1', '6.2.4'],
    mcsb: ['DP-3'],
  },
  builtInId: '22bee202-a82f-4305-9a2a-6d7f44d4dedb',
  remediation: {
    text: 'Move clients to port 6380, then turn the other port off.',
    az: 'az redis update --name <name> --resource-group <group> --set enableNonSslPort=false',
    bicep: `properties: {
  enableNonSslPort: false
}`,
    terraform: `resource "azurerm_redis_cache" "example" {
  non_ssl_port_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { enableNonSslPort: false })],
    failing: [example(TYPE, { enableNonSslPort: true })],
  },
});
