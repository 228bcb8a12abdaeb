import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const applicationInsights: ResourceType = {
  type: 'Microsoft.Insights/components',
  apiVersions: ['2020-02-02', '2020-02-02-preview', '2018-05-01-preview', '2015-05-01'],
  prefix: 'appi',
  build: buildComponent,
};

function buildComponent(slot: Slot, context: BuildContext): Body {
  const { random, lax, stamp } = context;
  const key = random.uuid();
  const workspace = slot.one.workspace?.id ?? slot.facts.workspaceId;
  return {
    kind: 'web',
    properties: {
      ApplicationId: slot.name,
      AppId: random.uuid(),
      Application_Type: 'web',
      Flow_Type: 'Bluefield',
      Request_Source: 'rest',
      InstrumentationKey: key,
      ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=https://${stamp.location}-5.in.applicationinsights.azure.com/`,
      Name: slot.name,
      CreationDate: context.past(),
      TenantId: stamp.subscription.id,
      provisioningState: 'Succeeded',
      SamplingPercentage: random.chance(0.1) ? 50 : null,
      RetentionInDays: 90,
      WorkspaceResourceId: workspace,
      IngestionMode: workspace === undefined ? 'ApplicationInsights' : 'LogAnalytics',
      publicNetworkAccessForIngestion: 'Enabled',
      publicNetworkAccessForQuery: lax(0.9) ? 'Enabled' : 'Disabled',
      DisableLocalAuth: !lax(0.9),
      Ver: 'v2',
    },
  };
}
