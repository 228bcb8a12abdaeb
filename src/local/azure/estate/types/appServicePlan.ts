import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

const tiers = {
  consumption: { name: 'Y1', tier: 'Dynamic', size: 'Y1', family: 'Y', capacity: 0 },
  basic: { name: 'B1', tier: 'Basic', size: 'B1', family: 'B', capacity: 1 },
  standard: { name: 'S1', tier: 'Standard', size: 'S1', family: 'S', capacity: 2 },
  premium: { name: 'P1v3', tier: 'PremiumV3', size: 'P1v3', family: 'Pv3', capacity: 2 },
} as const;

export const appServicePlan: ResourceType = {
  type: 'Microsoft.Web/serverfarms',
  apiVersions: [
    '2024-04-01',
    '2023-12-01',
    '2023-01-01',
    '2022-09-01',
    '2022-03-01',
    '2021-03-01',
    '2020-12-01',
  ],
  prefix: 'asp',
  maxNameLength: 40,
  displayLocation: true,
  build: buildPlan,
};

function buildPlan(slot: Slot, context: BuildContext): Body {
  const { random } = context;
  const paid = random.pick([tiers.basic, tiers.standard, tiers.premium]);
  const sku = slot.facts.consumption === true ? tiers.consumption : paid;
  const linux = slot.facts.linux === true;
  return {
    kind: sku.tier === 'Dynamic' ? 'functionapp' : linux ? 'linux' : 'app',
    sku,
    properties: {
      serverFarmId: random.int(1000, 99_999),
      name: slot.name,
      workerSize: 'Default',
      numberOfWorkers: sku.capacity,
      currentWorkerSize: 'Default',
      currentNumberOfWorkers: sku.capacity,
      status: 'Ready',
      webSpace: `${context.stamp.group}-${context.stamp.location}webspace`,
      subscription: context.stamp.subscription.id,
      computeMode: sku.tier === 'Dynamic' ? 'Dynamic' : 'Dedicated',
      maximumNumberOfWorkers: 10,
      perSiteScaling: false,
      elasticScaleEnabled: false,
      maximumElasticWorkerCount: 1,
      isSpot: false,
      kind: linux ? 'linux' : 'app',
      reserved: linux,
      isXenon: false,
      hyperV: false,
      zoneRedundant: sku.tier === 'PremiumV3' && random.chance(0.3),
      // a plan nothing runs on still costs: found by the idle-resource rules
      numberOfSites: (slot.many.sites ?? []).length,
      geoRegion: context.stamp.location,
      resourceGroup: context.stamp.group,
      provisioningState: 'Succeeded',
    },
  };
}
