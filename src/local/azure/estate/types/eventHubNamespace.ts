import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const eventHubNamespace: ResourceType = {
  type: 'Microsoft.EventHub/namespaces',
  apiVersions: ['2024-01-01', '2023-01-01-preview', '2022-10-01-preview', '2021-11-01', '2017-04-01'],
  prefix: 'evhns',
  naming: 'global',
  maxNameLength: 50,
  displayLocation: true,
  build: buildNamespace,
};

function buildNamespace(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const created = context.past();
  const autoInflate = random.chance(0.3);
  return {
    sku: { name: 'Standard', tier: 'Standard', capacity: random.int(1, 4) },
    identity: identityOf(slot, context, 0.1),
    properties: {
      minimumTlsVersion: lax(0.15) ? '1.0' : '1.2',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.93),
      disableLocalAuth: !lax(0.75),
      zoneRedundant: true,
      privateEndpointConnections: privateEndpointConnections(slot),
      isAutoInflateEnabled: autoInflate,
      maximumThroughputUnits: autoInflate ? 10 : 0,
      kafkaEnabled: true,
      provisioningState: 'Succeeded',
      metricId: `${context.stamp.subscription.id}:${slot.name}`,
      createdAt: created,
      updatedAt: created,
      serviceBusEndpoint: `https://${slot.name}.servicebus.windows.net:443/`,
      status: 'Active',
    },
  };
}
