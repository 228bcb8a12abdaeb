import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const containerRegistry: ResourceType = {
  type: 'Microsoft.ContainerRegistry/registries',
  apiVersions: [
    '2025-04-01',
    '2023-11-01-preview',
    '2023-07-01',
    '2023-01-01-preview',
    '2022-12-01',
    '2019-05-01',
  ],
  prefix: 'acr',
  naming: 'plain',
  maxNameLength: 50,
  build: buildRegistry,
};

function buildRegistry(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const private_ = (slot.many.privateEndpoints ?? []).length > 0;
  const tier = private_ ? 'Premium' : random.pick(['Basic', 'Standard', 'Standard', 'Premium']);
  const premium = tier === 'Premium';
  return {
    sku: { name: tier, tier },
    identity: identityOf(slot, context, 0.1),
    properties: {
      loginServer: `${slot.name}.azurecr.io`,
      creationDate: context.past(),
      provisioningState: 'Succeeded',
      adminUserEnabled: lax(0.35),
      networkRuleSet: premium ? { defaultAction: lax(0.5) ? 'Allow' : 'Deny', ipRules: [] } : undefined,
      policies: {
        quarantinePolicy: { status: 'disabled' },
        trustPolicy: { type: 'Notary', status: 'disabled' },
        retentionPolicy: { days: 7, status: 'disabled' },
        exportPolicy: { status: lax(0.9) ? 'enabled' : 'disabled' },
        azureADAuthenticationAsArmPolicy: { status: 'enabled' },
        softDeletePolicy: { retentionDays: 7, status: 'disabled' },
      },
      encryption: { status: 'disabled' },
      dataEndpointEnabled: false,
      dataEndpointHostNames: [],
      privateEndpointConnections: privateEndpointConnections(slot),
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.9),
      networkRuleBypassOptions: 'AzureServices',
      zoneRedundancy: premium && random.chance(0.3) ? 'Enabled' : 'Disabled',
      anonymousPullEnabled: lax(0.04),
    },
  };
}
