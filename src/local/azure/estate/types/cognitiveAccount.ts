import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, networkAcls, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';

export const cognitiveAccount: ResourceType = {
  type: 'Microsoft.CognitiveServices/accounts',
  apiVersions: ['2025-06-01', '2024-10-01', '2023-05-01', '2022-12-01', '2021-10-01'],
  prefix: 'oai',
  naming: 'global',
  maxNameLength: 64,
  build: buildAccount,
};

function buildAccount(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const kind = random.pick(['OpenAI', 'OpenAI', 'FormRecognizer', 'ComputerVision', 'TextAnalytics']);
  const access = publicNetworkAccess(slot, context, 0.8);
  return {
    kind,
    sku: { name: kind === 'OpenAI' ? 'S0' : 'S' },
    identity: identityOf(slot, context, 0.4),
    properties: {
      endpoint: `https://${slot.name}.cognitiveservices.azure.com/`,
      provisioningState: 'Succeeded',
      internalId: random.hex(32),
      dateCreated: context.past(700),
      callRateLimit: { rules: [] },
      isMigrated: false,
      customSubDomainName: slot.name,
      networkAcls: { ...networkAcls(access === 'Enabled' && lax(0.8), context), bypass: undefined },
      privateEndpointConnections: privateEndpointConnections(slot),
      publicNetworkAccess: access,
      disableLocalAuth: !lax(0.75),
      encryption: random.chance(0.05) ? { keySource: 'Microsoft.KeyVault' } : undefined,
    },
  };
}
