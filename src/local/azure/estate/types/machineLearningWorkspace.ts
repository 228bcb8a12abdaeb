import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { publicNetworkAccess, systemIdentity } from '../parts.ts';

export const machineLearningWorkspace: ResourceType = {
  type: 'Microsoft.MachineLearningServices/workspaces',
  apiVersions: ['2024-10-01', '2024-04-01', '2023-10-01', '2023-04-01', '2022-10-01'],
  prefix: 'mlw',
  maxNameLength: 33,
  build: buildWorkspace,
};

function buildWorkspace(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const link = (name: string): string | undefined => slot.one[name]?.id;
  return {
    kind: 'Default',
    sku: { name: 'Basic', tier: 'Basic' },
    identity: systemIdentity(context),
    properties: {
      friendlyName: slot.name,
      description: '',
      storageAccount: link('storage'),
      keyVault: link('vault'),
      applicationInsights: link('insights'),
      containerRegistry: link('registry'),
      hbiWorkspace: random.chance(0.1),
      provisioningState: 'Succeeded',
      v1LegacyMode: false,
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.8),
      discoveryUrl: `https://${context.stamp.location}.api.azureml.ms/discovery`,
      mlFlowTrackingUri: `azureml://${context.stamp.location}.api.azureml.ms/mlflow/v1.0${slot.id}`,
      managedNetwork: { isolationMode: lax(0.8) ? 'Disabled' : 'AllowOnlyApprovedOutbound' },
      enableDataIsolation: false,
      workspaceId: random.uuid(),
      creationTime: context.past(900),
    },
  };
}
