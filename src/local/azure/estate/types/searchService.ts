import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const searchService: ResourceType = {
  type: 'Microsoft.Search/searchServices',
  apiVersions: ['2025-05-01', '2023-11-01', '2022-09-01', '2021-04-01-preview', '2020-08-01'],
  prefix: 'srch',
  naming: 'global',
  maxNameLength: 60,
  displayLocation: true,
  build: buildService,
};

function buildService(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const local = lax(0.8);
  return {
    sku: { name: random.pick(['basic', 'standard', 'free', 'standard2']) },
    identity: identityOf(slot, context, 0.3),
    properties: {
      replicaCount: random.int(1, 3),
      partitionCount: 1,
      endpoint: `https://${slot.name}.search.windows.net`,
      status: 'running',
      statusDetails: '',
      provisioningState: 'Succeeded',
      hostingMode: 'default',
      // the search provider writes this enum in lower case
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.9).toLowerCase(),
      networkRuleSet: { ipRules: [], bypass: 'None' },
      privateEndpointConnections: privateEndpointConnections(slot),
      encryptionWithCmk: { enforcement: 'Unspecified', encryptionComplianceStatus: 'Compliant' },
      disableLocalAuth: !local,
      authOptions: local ? { apiKeyOnly: {} } : undefined,
      semanticSearch: 'disabled',
    },
  };
}
