import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const sqlElasticPool: ResourceType = {
  type: 'Microsoft.Sql/servers/elasticPools',
  apiVersions: ['2023-08-01', '2023-05-01-preview', '2021-11-01'],
  prefix: 'sqlep',
  build: buildPool,
};

function buildPool(_slot: Slot, context: BuildContext): Body {
  return {
    kind: 'vcore,pool',
    sku: {
      name: 'GP_Gen5',
      tier: 'GeneralPurpose',
      family: 'Gen5',
      capacity: context.random.pick([2, 4, 8]),
    },
    properties: {
      state: 'Ready',
      creationDate: context.past(),
      maxSizeBytes: 34_359_738_368,
      perDatabaseSettings: { minCapacity: 0, maxCapacity: 2 },
      zoneRedundant: !context.lax(0.8),
      licenseType: 'LicenseIncluded',
    },
  };
}
