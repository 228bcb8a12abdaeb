import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const serviceBusNamespace: ResourceType = {
  type: 'Microsoft.ServiceBus/namespaces',
  apiVersions: [
    '2024-01-01',
    '2022-10-01-preview',
    '2022-01-01-preview',
    '2021-11-01',
    '2021-06-01-preview',
    '2017-04-01',
  ],
  prefix: 'sbns',
  naming: 'global',
  maxNameLength: 50,
  displayLocation: true,
  build: buildNamespace,
};

function buildNamespace(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const private_ = (slot.many.privateEndpoints ?? []).length > 0;
  const tier = private_ ? 'Premium' : random.pick(['Basic', 'Standard', 'Standard', 'Premium']);
  const created = context.past();
  return {
    sku: tier === 'Premium' ? { name: tier, tier, capacity: 1 } : { name: tier, tier },
    identity: identityOf(slot, context, 0.1),
    properties: {
      premiumMessagingPartitions: tier === 'Premium' ? 1 : 0,
      minimumTlsVersion: lax(0.15) ? '1.0' : '1.2',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.93),
      disableLocalAuth: !lax(0.75),
      zoneRedundant: true,
      privateEndpointConnections: privateEndpointConnections(slot),
      provisioningState: 'Succeeded',
      metricId: `${context.stamp.subscription.id}:${slot.name}`,
      createdAt: created,
      updatedAt: created,
      serviceBusEndpoint: `https://${slot.name}.servicebus.windows.net:443/`,
      status: 'Active',
    },
  };
}
