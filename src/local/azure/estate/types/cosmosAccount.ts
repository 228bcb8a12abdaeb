import type { Body, BuildContext, JsonObject, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';
import { regionOf } from '../regions.ts';

export const cosmosAccount: ResourceType = {
  type: 'Microsoft.DocumentDB/databaseAccounts',
  apiVersions: ['2024-11-15', '2024-05-15', '2023-11-15', '2023-04-15', '2022-08-15', '2021-10-15'],
  prefix: 'cosmos',
  naming: 'global',
  maxNameLength: 44,
  displayLocation: true,
  build: buildAccount,
};

function buildAccount(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const mongo = random.chance(0.2);
  const region = regionOf(context.stamp.location);
  const location = {
    id: `${slot.name}-${region.name}`,
    locationName: region.display,
    documentEndpoint: `https://${slot.name}-${region.name}.documents.azure.com:443/`,
    provisioningState: 'Succeeded',
    failoverPriority: 0,
    isZoneRedundant: random.chance(0.3),
  };
  const key = { generationTime: context.past(900) };
  const access = publicNetworkAccess(slot, context, 0.8);
  const ipRules: JsonObject[] = random.chance(0.3) ? [{ ipAddressOrRange: '203.0.113.7' }] : [];
  return {
    kind: mongo ? 'MongoDB' : 'GlobalDocumentDB',
    identity: identityOf(slot, context, 0.2) ?? { type: 'None' },
    properties: {
      provisioningState: 'Succeeded',
      documentEndpoint: `https://${slot.name}.documents.azure.com:443/`,
      sqlEndpoint: `https://${slot.name}.documents.azure.com:443/`,
      publicNetworkAccess: access,
      enableAutomaticFailover: !lax(0.5),
      enableMultipleWriteLocations: false,
      enablePartitionKeyMonitor: false,
      isVirtualNetworkFilterEnabled: random.chance(0.15),
      virtualNetworkRules: [],
      EnabledApiTypes: mongo ? 'MongoDB' : 'Sql',
      disableKeyBasedMetadataWriteAccess: !lax(0.75),
      enableFreeTier: false,
      enableAnalyticalStorage: false,
      analyticalStorageConfiguration: { schemaType: 'WellDefined' },
      instanceId: random.uuid(),
      databaseAccountOfferType: 'Standard',
      defaultIdentity: 'FirstPartyIdentity',
      networkAclBypass: 'None',
      disableLocalAuth: !lax(0.8),
      minimalTlsVersion: lax(0.2) ? 'Tls' : 'Tls12',
      consistencyPolicy: {
        defaultConsistencyLevel: 'Session',
        maxIntervalInSeconds: 5,
        maxStalenessPrefix: 100,
      },
      configurationOverrides: {},
      writeLocations: [location],
      readLocations: [location],
      locations: [location],
      failoverPolicies: [{ id: location.id, locationName: region.display, failoverPriority: 0 }],
      cors: [],
      capabilities: [],
      ipRules,
      backupPolicy: {
        type: 'Periodic',
        periodicModeProperties: {
          backupIntervalInMinutes: 240,
          backupRetentionIntervalInHours: 8,
          backupStorageRedundancy: 'Geo',
        },
      },
      networkAclBypassResourceIds: [],
      keysMetadata: {
        primaryMasterKey: key,
        secondaryMasterKey: key,
        primaryReadonlyMasterKey: key,
        secondaryReadonlyMasterKey: key,
      },
      privateEndpointConnections: privateEndpointConnections(slot),
    },
  };
}
