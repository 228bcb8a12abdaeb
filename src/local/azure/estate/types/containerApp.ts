import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf } from '../parts.ts';

export const containerApp: ResourceType = {
  type: 'Microsoft.App/containerApps',
  apiVersions: ['2025-01-01', '2024-03-01', '2023-05-01', '2022-10-01', '2022-03-01'],
  prefix: 'ca',
  maxNameLength: 32,
  displayLocation: true,
  build: buildApp,
};

function buildApp(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const environment = slot.one.environment;
  const registry = slot.one.registry;
  const revision = `${slot.name}--${random.hex(7)}`;
  return {
    identity: identityOf(slot, context, 0.4) ?? { type: 'None' },
    properties: {
      provisioningState: 'Succeeded',
      runningStatus: 'Running',
      managedEnvironmentId: environment?.id,
      environmentId: environment?.id,
      workloadProfileName: 'Consumption',
      latestRevisionName: revision,
      latestReadyRevisionName: revision,
      configuration: {
        activeRevisionsMode: 'Single',
        ingress: {
          external: lax(0.7),
          targetPort: 8080,
          exposedPort: 0,
          transport: 'Auto',
          allowInsecure: lax(0.12),
          traffic: [{ weight: 100, latestRevision: true }],
          clientCertificateMode: 'Ignore',
        },
        registries: registry && [{ server: `${registry.name}.azurecr.io`, identity: 'system' }],
        maxInactiveRevisions: 100,
      },
      template: {
        containers: [
          {
            name: slot.name,
            image: `${registry?.name ?? 'contoso'}.azurecr.io/${context.stamp.application}:${random.int(1, 400)}`,
            resources: { cpu: 0.5, memory: '1Gi', ephemeralStorage: '2Gi' },
          },
        ],
        scale: { minReplicas: random.int(0, 2), maxReplicas: 10 },
        volumes: [],
      },
      outboundIpAddresses: [],
    },
  };
}
