import type { BuildContext, JsonObject, ResourceType, Slot } from '../model.ts';
import { identityOf, networkAcls, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const storageAccount: ResourceType = {
  type: 'Microsoft.Storage/storageAccounts',
  apiVersions: [
    '2025-01-01',
    '2024-01-01',
    '2023-05-01',
    '2023-01-01',
    '2022-09-01',
    '2021-09-01',
    '2019-06-01',
  ],
  prefix: 'st',
  naming: 'plain',
  maxNameLength: 24,
  build: buildStorageAccount,
};

function buildStorageAccount(slot: Slot, context: BuildContext): ReturnType<ResourceType['build']> {
  const { random, lax } = context;
  const access = publicNetworkAccess(slot, context, 0.85);
  const created = context.past();
  const prod = context.stamp.environment === 'prod';
  const sku = random.pick(
    prod
      ? ['Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_LRS']
      : ['Standard_LRS', 'Standard_LRS', 'Standard_ZRS'],
  );
  const lake = slot.facts.hierarchical === true;
  return {
    kind: lax(0.06) ? 'Storage' : 'StorageV2',
    sku: { name: sku, tier: 'Standard' },
    identity: identityOf(slot, context, 0.1),
    properties: {
      dnsEndpointType: 'Standard',
      defaultToOAuthAuthentication: random.chance(0.15),
      publicNetworkAccess: access,
      keyCreationTime: { key1: created, key2: created },
      allowCrossTenantReplication: lax(0.4),
      privateEndpointConnections: privateEndpointConnections(slot),
      isNfsV3Enabled: false,
      isLocalUserEnabled: false,
      isSftpEnabled: false,
      minimumTlsVersion: lax(0.14) ? random.pick(['TLS1_0', 'TLS1_0', 'TLS1_1']) : 'TLS1_2',
      allowBlobPublicAccess: lax(0.22),
      allowSharedKeyAccess: !random.chance(0.2),
      largeFileSharesState: random.chance(0.2) ? 'Enabled' : undefined,
      isHnsEnabled: lake,
      networkAcls: networkAcls(access === 'Enabled' && !random.chance(0.3), context),
      supportsHttpsTrafficOnly: !lax(0.07),
      sasPolicy: random.chance(0.1)
        ? { sasExpirationPeriod: '7.00:00:00', expirationAction: 'Log' }
        : undefined,
      encryption: encryption(context, created),
      accessTier: random.chance(0.9) ? 'Hot' : 'Cool',
      provisioningState: 'Succeeded',
      creationTime: created,
      primaryEndpoints: endpoints(slot.name),
      primaryLocation: context.stamp.location,
      statusOfPrimary: 'available',
    },
  };
}

function encryption(context: BuildContext, enabledAt: string): JsonObject {
  const service = { keyType: 'Account', enabled: true, lastEnabledTime: enabledAt };
  return {
    requireInfrastructureEncryption: context.random.chance(0.12),
    services: { file: service, blob: service },
    keySource: context.random.chance(0.06) ? 'Microsoft.Keyvault' : 'Microsoft.Storage',
  };
}

function endpoints(name: string): JsonObject {
  const services = ['dfs', 'web', 'blob', 'queue', 'table', 'file'];
  const hosts = services.map((service) => [service, `https://${name}.${service}.core.windows.net/`] as const);
  return Object.fromEntries(hosts);
}
