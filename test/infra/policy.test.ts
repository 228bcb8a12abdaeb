import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RelatedQuery } from '#features/policy/index.ts';
import { type CompiledPolicy, compileDefinition, evaluate } from '#features/policy/index.ts';
import { starterAliases, starterDefinitions } from '#features/starter-pack/index.ts';
import { PROFILES, type PredictedResource } from '../../scripts/infra/snapshots.ts';
import { at, deployed, INFRA, isRecord, ofType } from './support.ts';

const Exemptions = z.array(
  z.object({
    definition: z.string(),
    category: z.enum(['waiver', 'mitigated']),
    profiles: z.array(z.enum(PROFILES)),
    reason: z.string().min(40),
  }),
);
const exemptions = Exemptions.parse(JSON.parse(readFileSync(join(INFRA, 'exemptions.json'), 'utf8')));
const context = { utcNow: '2026-01-01T00:00:00Z', resourceGroup: { managedBy: '' } };

const policies = starterDefinitions.map((definition) => {
  const result = compileDefinition(definition, { aliases: starterAliases() });
  if (!result.ok) throw new Error(`${definition.name} does not compile`);
  return { name: definition.name, mode: definition.properties.mode, policy: result.policy };
});

/** The resources as Azure shows them: with what other resources of the template add to them. */
function asShown(all: readonly PredictedResource[]): PredictedResource[] {
  return all.map((resource) => {
    const same = (id: unknown) => String(id).toLowerCase() === resource.id.toLowerCase();
    const endpoints = ofType(all, 'Microsoft.Network/privateEndpoints').filter((endpoint) =>
      connectionsOf(endpoint).some((connection) =>
        same(at(connection, 'properties', 'privateLinkServiceId')),
      ),
    );
    const gateway = ofType(all, 'Microsoft.Network/natGateways').find((each) =>
      listOf(at(each, 'properties', 'publicIpAddresses')).some((address) => same(at(address, 'id'))),
    );
    const approved = { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } };
    const more = {
      ...(endpoints.length > 0 && { privateEndpointConnections: endpoints.map(() => approved) }),
      ...(gateway && { natGateway: { id: gateway.id } }),
    };
    return { ...resource, properties: { ...resource.properties, ...more } };
  });
}

function connectionsOf(endpoint: PredictedResource): unknown[] {
  return listOf(at(endpoint, 'properties', 'privateLinkServiceConnections'));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Mode Indexed is about resources with tags and a location alone. */
function isIndexed(resource: PredictedResource): boolean {
  return isRecord(resource.tags) && typeof resource.location === 'string';
}

function judge(policy: CompiledPolicy, resource: PredictedResource, all: readonly PredictedResource[]) {
  const related = ({ type, scope }: RelatedQuery) =>
    all.filter(
      (other) =>
        other.type.toLowerCase() === type.toLowerCase() &&
        (scope.kind !== 'resource' ||
          other.id.toLowerCase().startsWith(`${scope.resourceId.toLowerCase()}/`)),
    );
  return evaluate(policy, { resource, context, related }).state;
}

/** Definition and resource of all that does not comply, and how many judgements were made. */
function judgeAll(profile: (typeof PROFILES)[number]) {
  const all = asShown(deployed(profile));
  const found: { definition: string; state: string; resource: string }[] = [];
  let complying = 0;
  for (const { name, mode, policy } of policies)
    for (const resource of mode === 'All' ? all : all.filter(isIndexed)) {
      const state = judge(policy, resource, all);
      if (state === 'compliant') complying += 1;
      else if (state !== 'notApplicable') found.push({ definition: name, state, resource: resource.id });
    }
  return { found, complying };
}

describe.each(PROFILES)('our own policies over %s', (profile) => {
  const { found, complying } = judgeAll(profile);
  const exempt = exemptions
    .filter(({ profiles }) => profiles.includes(profile))
    .map(({ definition }) => definition);

  test('find no violation that is not exempt, for a reason that is written down', () => {
    expect(found.filter(({ definition }) => !exempt.includes(definition))).toEqual([]);
    expect(found.filter(({ state }) => state !== 'nonCompliant')).toEqual([]);
    expect(complying).toBeGreaterThan(60);
  });

  test('need every exemption', () => {
    const violated = new Set(found.map(({ definition }) => definition));

    expect(exempt.filter((definition) => !violated.has(definition))).toEqual([]);
  });
});

test('a planted mistake is found', () => {
  const all = deployed('prod').map((resource) =>
    resource.type === 'Microsoft.Storage/storageAccounts'
      ? { ...resource, properties: { ...resource.properties, allowSharedKeyAccess: true } }
      : resource,
  );
  const account = ofType(all, 'Microsoft.Storage/storageAccounts')[0];
  if (!account) throw new Error('no storage account is deployed');

  const violated = policies.filter(({ policy }) => judge(policy, account, all) === 'nonCompliant');

  expect(violated.map(({ name }) => name)).toContain('storage-shared-key-access');
});
