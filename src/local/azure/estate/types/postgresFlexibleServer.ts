import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, subnetId } from '../parts.ts';

export const postgresFlexibleServer: ResourceType = {
  type: 'Microsoft.DBforPostgreSQL/flexibleServers',
  apiVersions: ['2024-08-01', '2023-12-01-preview', '2023-03-01-preview', '2022-12-01', '2021-06-01'],
  prefix: 'psql',
  naming: 'global',
  maxNameLength: 63,
  displayLocation: true,
  build: buildServer,
};

function buildServer(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const subnet = subnetId(slot.one.network, slot.facts.subnet);
  const size = random.pick([64, 128, 256, 512]);
  return {
    sku: random.pick([
      { name: 'Standard_B2s', tier: 'Burstable' },
      { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
      { name: 'Standard_D4ds_v4', tier: 'GeneralPurpose' },
    ]),
    identity: identityOf(slot, context, 0.1),
    properties: {
      version: random.pick(['16', '15', '14', '13', '11']),
      minorVersion: '4',
      state: 'Ready',
      fullyQualifiedDomainName: `${slot.name}.postgres.database.azure.com`,
      administratorLogin: random.pick(['pgadmin', 'psqladmin']),
      replicaCapacity: 5,
      replicationRole: 'Primary',
      availabilityZone: random.pick(['1', '2', '3']),
      storage: {
        type: '',
        iops: 500,
        tier: 'P10',
        storageSizeGB: size,
        autoGrow: random.chance(0.5) ? 'Enabled' : 'Disabled',
      },
      backup: {
        backupRetentionDays: random.pick([7, 7, 14, 35]),
        geoRedundantBackup: lax(0.75) ? 'Disabled' : 'Enabled',
        earliestRestoreDate: context.past(30),
      },
      network: {
        publicNetworkAccess: subnet === undefined && random.chance(0.85) ? 'Enabled' : 'Disabled',
        delegatedSubnetResourceId: subnet,
        privateDnsZoneArmResourceId: slot.one.zone?.id,
      },
      highAvailability: { mode: lax(0.8) ? 'Disabled' : 'ZoneRedundant', state: 'NotEnabled' },
      maintenanceWindow: { customWindow: 'Disabled', dayOfWeek: 0, startHour: 0, startMinute: 0 },
      authConfig: {
        activeDirectoryAuth: random.chance(0.4) ? 'Enabled' : 'Disabled',
        passwordAuth: lax(0.9) ? 'Enabled' : 'Disabled',
      },
      dataEncryption: { type: random.chance(0.05) ? 'AzureKeyVault' : 'SystemManaged' },
      privateEndpointConnections: [],
    },
  };
}
