import type { Body, ResourceType } from '../model.ts';

export const networkWatcher: ResourceType = {
  type: 'Microsoft.Network/networkWatchers',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'NetworkWatcher',
  untagged: true,
  build: buildWatcher,
};

function buildWatcher(): Body {
  return { properties: { provisioningState: 'Succeeded', runningOperationIds: [] } };
}
