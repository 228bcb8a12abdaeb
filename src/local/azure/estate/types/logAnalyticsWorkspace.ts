import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const logAnalyticsWorkspace: ResourceType = {
  type: 'Microsoft.OperationalInsights/workspaces',
  apiVersions: ['2025-02-01', '2023-09-01', '2022-10-01', '2021-12-01-preview', '2021-06-01', '2020-08-01'],
  prefix: 'log',
  maxNameLength: 63,
  build: buildWorkspace,
};

function buildWorkspace(_slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const created = context.past();
  return {
    properties: {
      customerId: random.uuid(),
      provisioningState: 'Succeeded',
      sku: { name: 'PerGB2018', lastSkuUpdate: created },
      retentionInDays: random.pick([30, 30, 30, 60, 90, 180, 365]),
      features: {
        legacy: 0,
        searchVersion: 1,
        enableLogAccessUsingOnlyResourcePermissions: true,
        disableLocalAuth: !lax(0.85),
      },
      workspaceCapping: {
        dailyQuotaGb: random.pick([-1, -1, 1, 5]),
        quotaNextResetTime: context.past(1),
        dataIngestionStatus: 'RespectQuota',
      },
      publicNetworkAccessForIngestion: lax(0.9) ? 'Enabled' : 'Disabled',
      publicNetworkAccessForQuery: lax(0.9) ? 'Enabled' : 'Disabled',
      createdDate: created,
      modifiedDate: created,
    },
  };
}
