import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { publicIp, subnetId } from '../parts.ts';

export const containerAppEnvironment: ResourceType = {
  type: 'Microsoft.App/managedEnvironments',
  apiVersions: ['2025-01-01', '2024-03-01', '2023-05-01', '2022-10-01', '2022-03-01'],
  prefix: 'cae',
  build: buildEnvironment,
};

function buildEnvironment(slot: Slot, context: BuildContext): Body {
  const { random } = context;
  const network = slot.one.network;
  return {
    properties: {
      provisioningState: 'Succeeded',
      vnetConfiguration: network && {
        internal: random.chance(0.5),
        infrastructureSubnetId: subnetId(network, slot.facts.subnet),
      },
      defaultDomain: `${random.pick(['happyhill', 'calmsea', 'bravefield'])}-${random.hex(8)}.${context.stamp.location}.azurecontainerapps.io`,
      staticIp: publicIp(context),
      appLogsConfiguration: {
        destination: 'log-analytics',
        logAnalyticsConfiguration: { customerId: random.uuid() },
      },
      zoneRedundant: random.chance(0.2),
      kedaConfiguration: { version: '2.15.1' },
      daprConfiguration: { version: '1.12.5' },
      workloadProfiles: [{ workloadProfileType: 'Consumption', name: 'Consumption' }],
      peerAuthentication: { mtls: { enabled: random.chance(0.2) } },
      publicNetworkAccess: random.chance(0.8) ? 'Enabled' : 'Disabled',
    },
  };
}
