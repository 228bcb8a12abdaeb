import type { Body, BuildContext, JsonObject, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicIp, publicNetworkAccess } from '../parts.ts';

const versions = [
  '2024-04-01',
  '2023-12-01',
  '2023-01-01',
  '2022-09-01',
  '2022-03-01',
  '2021-03-01',
  '2020-12-01',
] as const;

export const webSite: ResourceType = {
  type: 'Microsoft.Web/sites',
  apiVersions: versions,
  prefix: 'app',
  naming: 'global',
  maxNameLength: 60,
  displayLocation: true,
  actions: {
    start: (site) => ({ ...site, properties: { ...site.properties, state: 'Running' } }),
    stop: (site) => ({ ...site, properties: { ...site.properties, state: 'Stopped' } }),
    restart: (site) => site,
  },
  build: buildSite,
};

export const webSiteSlot: ResourceType = {
  type: 'Microsoft.Web/sites/slots',
  apiVersions: versions,
  prefix: 'slot',
  displayLocation: true,
  build: buildSite,
};

function buildSite(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const functions = slot.facts.functions === true;
  const linux = slot.facts.linux === true;
  const plan = slot.one.plan;
  const host = slot.parent === undefined ? slot.name : `${slot.parent.name}-${slot.name}`;
  const kind = [functions ? 'functionapp' : 'app', linux ? 'linux' : ''].filter(Boolean).join(',');
  const address = publicIp(context);
  return {
    kind,
    identity: identityOf(slot, context, 0.6),
    properties: {
      name: host,
      state: lax(0.05) ? 'Stopped' : 'Running',
      hostNames: [`${host}.azurewebsites.net`],
      webSpace: `${context.stamp.group}-${context.stamp.location}webspace`,
      repositorySiteName: host,
      usageState: 'Normal',
      enabled: true,
      enabledHostNames: [`${host}.azurewebsites.net`, `${host}.scm.azurewebsites.net`],
      availabilityState: 'Normal',
      hostNameSslStates: [{ name: `${host}.azurewebsites.net`, sslState: 'Disabled', hostType: 'Standard' }],
      serverFarmId: plan?.id,
      reserved: linux,
      isXenon: false,
      hyperV: false,
      lastModifiedTimeUtc: context.past(300),
      vnetRouteAllEnabled: random.chance(0.2),
      vnetImagePullEnabled: false,
      siteConfig: siteConfig(context, functions, linux),
      scmSiteAlsoStopped: false,
      clientAffinityEnabled: !functions,
      clientCertEnabled: random.chance(0.12),
      clientCertMode: 'Required',
      ipMode: 'IPv4',
      hostNamesDisabled: false,
      customDomainVerificationId: random.hex(64).toUpperCase(),
      outboundIpAddresses: `${address},${publicIp(context)}`,
      containerSize: functions ? 1536 : 0,
      dailyMemoryTimeQuota: 0,
      resourceGroup: context.stamp.group,
      defaultHostName: `${host}.azurewebsites.net`,
      httpsOnly: !lax(0.28),
      endToEndEncryptionEnabled: false,
      redundancyMode: 'None',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.97),
      privateEndpointConnections: privateEndpointConnections(slot),
      storageAccountRequired: false,
      virtualNetworkSubnetId: null,
      keyVaultReferenceIdentity: 'SystemAssigned',
    },
  };
}

function siteConfig(context: BuildContext, functions: boolean, linux: boolean): JsonObject {
  const { random, lax } = context;
  return {
    numberOfWorkers: 1,
    linuxFxVersion: linux ? random.pick(['NODE|20-lts', 'DOTNETCORE|8.0', 'PYTHON|3.11', 'NODE|16-lts']) : '',
    netFrameworkVersion: 'v8.0',
    acrUseManagedIdentityCreds: false,
    alwaysOn: !functions && random.chance(0.6),
    http20Enabled: !lax(0.6),
    functionAppScaleLimit: functions ? 200 : 0,
    minimumElasticInstanceCount: 0,
    ftpsState: lax(0.3) ? 'AllAllowed' : random.pick(['FtpsOnly', 'Disabled']),
    minTlsVersion: lax(0.15) ? random.pick(['1.0', '1.1']) : random.pick(['1.2', '1.2', '1.3']),
    scmMinTlsVersion: '1.2',
    remoteDebuggingEnabled: lax(0.04),
    cors: lax(0.15) ? { allowedOrigins: ['*'] } : undefined,
    healthCheckPath: random.chance(0.4) ? '/health' : null,
  };
}
