import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, privateEndpointConnections, publicNetworkAccess } from '../parts.ts';
import { domain } from '../people.ts';

export const sqlServer: ResourceType = {
  type: 'Microsoft.Sql/servers',
  apiVersions: [
    '2023-08-01',
    '2023-05-01-preview',
    '2022-05-01-preview',
    '2021-11-01',
    '2021-02-01-preview',
    '2019-06-01-preview',
  ],
  prefix: 'sql',
  naming: 'global',
  maxNameLength: 63,
  build: buildServer,
};

function buildServer(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const administrators = {
    administratorType: 'ActiveDirectory',
    principalType: 'Group',
    login: `sql-admins@${domain}`,
    sid: random.uuid(),
    tenantId: context.tenantId,
    azureADOnlyAuthentication: !lax(0.6),
  };
  return {
    kind: 'v12.0',
    identity: identityOf(slot, context, 0.3),
    properties: {
      administratorLogin: random.pick(['sqladmin', 'dbadmin', 'sa_azure']),
      version: '12.0',
      state: 'Ready',
      fullyQualifiedDomainName: `${slot.name}.database.windows.net`,
      privateEndpointConnections: privateEndpointConnections(slot),
      minimalTlsVersion: lax(0.16) ? random.pick(['None', '1.0', '1.1']) : '1.2',
      publicNetworkAccess: publicNetworkAccess(slot, context, 0.75),
      administrators: random.chance(0.75) ? administrators : undefined,
      restrictOutboundNetworkAccess: random.chance(0.1) ? 'Enabled' : 'Disabled',
      externalGovernanceStatus: 'Disabled',
    },
  };
}
