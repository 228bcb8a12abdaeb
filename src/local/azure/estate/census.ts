import { scalarText } from './json.ts';
import type { JsonObject, Resource } from './model.ts';
import { normaliseLocation } from './regions.ts';

export type Census = {
  readonly resources: number;
  readonly types: Readonly<Record<string, number>>;
  readonly locations: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
};

type Finding = {
  readonly name: string;
  readonly type: string;
  readonly test: (properties: JsonObject, resource: Resource) => boolean;
};

const openSources = new Set(['*', 'Internet', '0.0.0.0/0']);

/** Misconfigurations that the estate has on purpose, each with how to see it in the document. */
export const findings: readonly Finding[] = [
  {
    name: 'storageTlsOutdated',
    type: 'microsoft.storage/storageaccounts',
    test: (p) => p.minimumTlsVersion !== 'TLS1_2',
  },
  {
    name: 'storageBlobPublicAccess',
    type: 'microsoft.storage/storageaccounts',
    test: (p) => p.allowBlobPublicAccess === true,
  },
  {
    name: 'storageHttpAllowed',
    type: 'microsoft.storage/storageaccounts',
    test: (p) => p.supportsHttpsTrafficOnly === false,
  },
  {
    name: 'managementPortOpen',
    type: 'microsoft.network/networksecuritygroups',
    test: hasOpenManagementPort,
  },
  { name: 'diskUnattached', type: 'microsoft.compute/disks', test: (p) => p.diskState === 'Unattached' },
  {
    name: 'publicIpUnattached',
    type: 'microsoft.network/publicipaddresses',
    test: (p) => p.ipConfiguration === undefined && p.natGateway === undefined,
  },
  {
    name: 'vaultWithoutPurgeProtection',
    type: 'microsoft.keyvault/vaults',
    test: (p) => p.enablePurgeProtection !== true,
  },
  {
    name: 'sqlPublicNetworkAccess',
    type: 'microsoft.sql/servers',
    test: (p) => p.publicNetworkAccess === 'Enabled',
  },
  { name: 'siteHttpAllowed', type: 'microsoft.web/sites', test: (p) => p.httpsOnly === false },
  {
    name: 'machineStoppedNotDeallocated',
    type: 'microsoft.compute/virtualmachines',
    test: (p) => JSON.stringify(p.extended).includes('PowerState/stopped'),
  },
  { name: 'untagged', type: '', test: (_p, resource) => resource.tags === undefined },
];

/** Counts an estate: resources by type and location, and its planted misconfigurations. */
export async function census(resources: AsyncIterable<Resource> | Iterable<Resource>): Promise<Census> {
  const types: Record<string, number> = {};
  const locations: Record<string, number> = {};
  const found: Record<string, number> = Object.fromEntries(findings.map(({ name }) => [name, 0]));
  let count = 0;
  for await (const resource of resources) {
    count++;
    const type = resource.type.toLowerCase();
    increment(types, type);
    increment(locations, normaliseLocation(resource.location));
    for (const finding of findings) {
      if ((finding.type === '' || finding.type === type) && finding.test(resource.properties ?? {}, resource))
        increment(found, finding.name);
    }
  }
  return { resources: count, types, locations, findings: found };
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function hasOpenManagementPort(properties: JsonObject): boolean {
  const rules = (properties.securityRules ?? []) as readonly { readonly properties?: JsonObject }[];
  return rules.some(({ properties: rule = {} }) => {
    const port = scalarText(rule.destinationPortRange);
    const isInbound = rule.direction === 'Inbound' && rule.access === 'Allow';
    return (
      isInbound && ['22', '3389', '*'].includes(port) && openSources.has(scalarText(rule.sourceAddressPrefix))
    );
  });
}
