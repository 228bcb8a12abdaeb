import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, publicNetworkAccess, systemIdentity } from '../parts.ts';

export const dataFactory: ResourceType = {
  type: 'Microsoft.DataFactory/factories',
  apiVersions: ['2018-06-01', '2017-09-01-preview'],
  prefix: 'adf',
  naming: 'global',
  maxNameLength: 63,
  build: buildFactory,
};

function buildFactory(slot: Slot, context: BuildContext): Body {
  const { random, stamp } = context;
  const repository = {
    type: 'FactoryVSTSConfiguration',
    accountName: 'contoso',
    projectName: stamp.application,
    repositoryName: 'data',
    collaborationBranch: 'main',
    rootFolder: '/adf',
  };
  return {
    identity: identityOf(slot, context, 1) ?? systemIdentity(context),
    properties: {
      provisioningState: 'Succeeded',
      createTime: context.past(),
      version: '2018-06-01',
      factoryStatistics: {
        totalResourceCount: random.int(0, 200),
        maxAllowedResourceCount: 0,
        factorySizeInGbUnits: 0,
        maxAllowedFactorySizeInGbUnits: 0,
      },
      repoConfiguration: random.chance(0.5) ? repository : undefined,
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.85),
    },
  };
}
