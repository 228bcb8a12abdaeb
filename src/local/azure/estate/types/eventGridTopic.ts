import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const eventGridTopic: ResourceType = {
  type: 'Microsoft.EventGrid/topics',
  apiVersions: ['2025-02-15', '2024-06-01-preview', '2022-06-15', '2021-12-01', '2020-06-01'],
  prefix: 'evgt',
  maxNameLength: 50,
  build: buildTopic,
};

function buildTopic(slot: Slot, context: BuildContext): Body {
  return {
    identity: identityOf(slot, context, 0.2) ?? { type: 'None' },
    sku: { name: 'Basic' },
    kind: 'Azure',
    properties: {
      provisioningState: 'Succeeded',
      endpoint: `https://${slot.name}.${context.stamp.location}-1.eventgrid.azure.net/api/events`,
      inputSchema: context.random.pick(['EventGridSchema', 'CloudEventSchemaV1_0']),
      metricResourceId: context.random.uuid(),
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.95),
      minimumTlsVersionAllowed: context.lax(0.2) ? '1.0' : '1.2',
      disableLocalAuth: !context.lax(0.85),
      dataResidencyBoundary: 'WithinGeopair',
      privateEndpointConnections: privateEndpointConnections(slot),
    },
  };
}
