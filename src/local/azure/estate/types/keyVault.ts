import type { Body, BuildContext, JsonObject, ResourceType, Slot } from '../model.ts';
import { networkAcls, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const keyVault: ResourceType = {
  type: 'Microsoft.KeyVault/vaults',
  apiVersions: ['2024-11-01', '2023-07-01', '2023-02-01', '2022-07-01', '2021-10-01', '2019-09-01'],
  prefix: 'kv',
  naming: 'global',
  maxNameLength: 24,
  build: buildKeyVault,
};

function buildKeyVault(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const rbac = random.chance(0.65);
  const access = publicNetworkAccess(slot, context, 0.7);
  return {
    properties: {
      sku: { family: 'A', name: random.chance(0.9) ? 'standard' : 'premium' },
      tenantId: context.tenantId,
      accessPolicies: rbac ? [] : policies(context),
      enabledForDeployment: lax(0.1),
      enabledForDiskEncryption: random.chance(0.15),
      enabledForTemplateDeployment: random.chance(0.2),
      enableSoftDelete: true,
      softDeleteRetentionInDays: random.pick([90, 90, 90, 7, 30]),
      enableRbacAuthorization: rbac,
      enablePurgeProtection: lax(0.38) ? undefined : true,
      networkAcls: networkAcls(access === 'Enabled' && !random.chance(0.3), context),
      privateEndpointConnections: privateEndpointConnections(slot),
      vaultUri: `https://${slot.name}.vault.azure.net/`,
      provisioningState: 'Succeeded',
      publicNetworkAccess: access,
    },
  };
}

function policies(context: BuildContext): JsonObject[] {
  const count = context.random.int(1, 4);
  return Array.from({ length: count }, () => ({
    tenantId: context.tenantId,
    objectId: context.random.uuid(),
    permissions: {
      keys: context.lax(0.2) ? ['all'] : ['get', 'list'],
      secrets: context.lax(0.2) ? ['all'] : ['get', 'list', 'set'],
      certificates: ['get', 'list'],
    },
  }));
}
