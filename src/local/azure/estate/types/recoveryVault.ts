import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, publicNetworkAccess } from '../parts.ts';

export const recoveryVault: ResourceType = {
  type: 'Microsoft.RecoveryServices/vaults',
  apiVersions: ['2024-10-01', '2024-04-01', '2023-08-01', '2023-04-01', '2022-10-01', '2021-07-01'],
  prefix: 'rsv',
  maxNameLength: 50,
  build: buildVault,
};

function buildVault(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  return {
    sku: { name: 'RS0', tier: 'Standard' },
    identity: identityOf(slot, context, 0.2),
    properties: {
      provisioningState: 'Succeeded',
      privateEndpointStateForBackup: 'None',
      privateEndpointStateForSiteRecovery: 'None',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.9),
      redundancySettings: {
        standardTierStorageRedundancy: random.pick(['GeoRedundant', 'LocallyRedundant', 'ZoneRedundant']),
        crossRegionRestore: random.chance(0.3) ? 'Enabled' : 'Disabled',
      },
      securitySettings: {
        immutabilitySettings: lax(0.8) ? undefined : { state: 'Unlocked' },
        softDeleteSettings: {
          softDeleteState: lax(0.1) ? 'Disabled' : 'Enabled',
          softDeleteRetentionPeriodInDays: 14,
          enhancedSecurityState: 'Enabled',
        },
        multiUserAuthorization: 'Disabled',
      },
      bcdrSecurityLevel: 'Fair',
      restoreSettings: { crossSubscriptionRestoreSettings: { crossSubscriptionRestoreState: 'Enabled' } },
    },
  };
}
