import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Cache/Redis';

export const redisAccessKeys = defineStarter({
  name: 'redis-access-keys',
  displayName: 'Redis caches should not accept access keys',
  description: 'Access keys give full access, name nobody and never expire.',
  category: 'Cache',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableAccessKeyAuthentication`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: '3827af20-8f80-4b15-8300-6db0873ec901',
  remediation: {
    text: 'Turn Microsoft Entra authentication on, move the clients, then disable access keys.',
    az: 'az redis update --name <name> --resource-group <group> --set disableAccessKeyAuthentication=true',
    bicep: `properties: {
  disableAccessKeyAuthentication: true
  redisConfiguration: { 'aad-enabled': 'true' }
}`,
    terraform: `resource "azurerm_redis_cache" "example" {
  access_keys_authentication_enabled = false

  redis_configuration {
    active_directory_authentication_enabled = true
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { disableAccessKeyAuthentication: true })],
    failing: [example(TYPE, { disableAccessKeyAuthentication: false }), example(TYPE, {})],
  },
});
