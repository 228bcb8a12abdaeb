import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const sqlDatabase: ResourceType = {
  type: 'Microsoft.Sql/servers/databases',
  apiVersions: ['2023-08-01', '2023-05-01-preview', '2022-05-01-preview', '2021-11-01', '2019-06-01-preview'],
  prefix: 'sqldb',
  build: buildDatabase,
};

function buildDatabase(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const master = slot.name === 'master';
  const sku = master
    ? { name: 'System', tier: 'System', capacity: 0 }
    : random.pick([
        { name: 'GP_S_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 2 },
        { name: 'GP_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 4 },
        { name: 'Standard', tier: 'Standard', capacity: 50 },
        { name: 'BC_Gen5', tier: 'BusinessCritical', family: 'Gen5', capacity: 4 },
      ]);
  const paused = sku.name === 'GP_S_Gen5' && random.chance(0.3);
  return {
    kind: master ? 'v12.0,system' : sku.name === 'GP_S_Gen5' ? 'v12.0,user,vcore,serverless' : 'v12.0,user',
    managedBy: slot.parent?.id,
    sku,
    properties: {
      collation: 'SQL_Latin1_General_CP1_CI_AS',
      maxSizeBytes: random.pick([34_359_738_368, 268_435_456_000, 107_374_182_400]),
      status: paused ? 'Paused' : 'Online',
      databaseId: random.uuid(),
      creationDate: context.past(),
      currentServiceObjectiveName: sku.name,
      requestedServiceObjectiveName: sku.name,
      defaultSecondaryLocation: 'northeurope',
      catalogCollation: 'SQL_Latin1_General_CP1_CI_AS',
      zoneRedundant: !lax(0.8),
      earliestRestoreDate: context.past(30),
      readScale: sku.tier === 'BusinessCritical' ? 'Enabled' : 'Disabled',
      currentSku: sku,
      autoPauseDelay: sku.name === 'GP_S_Gen5' ? 60 : undefined,
      currentBackupStorageRedundancy: random.pick(['Geo', 'Geo', 'Local', 'Zone']),
      requestedBackupStorageRedundancy: 'Geo',
      maintenanceConfigurationId: `/subscriptions/${context.stamp.subscription.id}/providers/Microsoft.Maintenance/publicMaintenanceConfigurations/SQL_Default`,
      isLedgerOn: false,
      isInfraEncryptionEnabled: false,
      availabilityZone: 'NoPreference',
    },
  };
}
