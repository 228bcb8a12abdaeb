import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const userAssignedIdentity: ResourceType = {
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  apiVersions: ['2024-11-30', '2023-01-31', '2022-01-31-preview', '2018-11-30'],
  prefix: 'id',
  build: buildIdentity,
};

function buildIdentity(_slot: Slot, context: BuildContext): Body {
  const { random, tenantId } = context;
  return {
    properties: { tenantId, principalId: random.uuid(), clientId: random.uuid(), isolationScope: 'None' },
  };
}
