import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Cache/Redis';

export const redisPublicNetworkAccess = defineStarter({
  name: 'redis-public-network-access',
  displayName: 'Redis caches should disable public network access',
  description: 'A cache on the internet is protected by its keys alone.',
  category: 'Cache',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/publicNetworkAccess`, notEquals: 'Disabled' }),
  frameworks: {
    nist80053: ['AC-4', 'AC-17', 'AC-17(1)', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.4.4'],
    mcsb: ['NS-2'],
  },
  builtInId: '470baccb-7e51-4549-8b1a-3e5be069f663',
  remediation: {
    text: 'Create a private endpoint, then disable public access.',
    az: 'az redis update --name <name> --resource-group <group> --set publicNetworkAccess=Disabled',
    bicep: `properties: {
  publicNetworkAccess: 'Disabled'
}`,
    terraform: `resource "azurerm_redis_cache" "example" {
  public_network_access_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { publicNetworkAccess: 'Disabled' })],
    failing: [example(TYPE, { publicNetworkAccess: 'Enabled' }), example(TYPE, {})],
  },
});
