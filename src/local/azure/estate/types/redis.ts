import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const redis: ResourceType = {
  type: 'Microsoft.Cache/Redis',
  apiVersions: ['2024-11-01', '2024-03-01', '2023-08-01', '2023-04-01', '2022-06-01', '2020-06-01'],
  prefix: 'redis',
  naming: 'global',
  maxNameLength: 63,
  displayLocation: true,
  build: buildRedis,
};

function buildRedis(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const name = random.pick(['Basic', 'Standard', 'Standard', 'Premium']);
  return {
    identity: identityOf(slot, context, 0.1),
    properties: {
      provisioningState: 'Succeeded',
      redisVersion: '6.0',
      updateChannel: 'Stable',
      sku: { name, family: name === 'Premium' ? 'P' : 'C', capacity: random.int(0, 3) },
      enableNonSslPort: lax(0.12),
      minimumTlsVersion: lax(0.2) ? '1.0' : '1.2',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.85),
      redisConfiguration: {
        'maxmemory-reserved': '125',
        'maxfragmentationmemory-reserved': '125',
        'aad-enabled': random.chance(0.3) ? 'true' : 'false',
      },
      accessKeys: null,
      hostName: `${slot.name}.redis.cache.windows.net`,
      port: 6379,
      sslPort: 6380,
      linkedServers: [],
      disableAccessKeyAuthentication: !lax(0.9),
      instances: [{ sslPort: 15000, isMaster: true, isPrimary: true }],
      privateEndpointConnections: privateEndpointConnections(slot),
    },
  };
}
