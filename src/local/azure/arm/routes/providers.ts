import type { ResourceType } from '../../estate/model.ts';
import { regions } from '../../estate/regions.ts';
import { resourceTypes } from '../../estate/registry.ts';
import type { AliasDocument } from '../../policy/aliases.ts';
import type { World } from '../../world.ts';
import { notFound } from '../failure.ts';
import { type ArmRequest, type ArmResponse, ok, type Parameters, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const displayNames = regions.map(([region]) => region.display);
/** For types that only a loaded estate has. */
const unknownVersions = ['2024-03-01', '2023-01-01', '2021-04-01'];

export const providerRoutes: readonly Route[] = [
  { method: 'GET', path: 'providers', handle: list },
  { method: 'GET', path: 'providers/{namespace}', handle: one },
  { method: 'GET', path: 'subscriptions/{subscription}/providers', handle: list },
  { method: 'GET', path: 'subscriptions/{subscription}/providers/{namespace}', handle: one },
];

function list(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const prefix = prefixOf(world, parameters);
  const aliasesOf = aliasesFor(request, world);
  const value = [...namespaces(world, aliasesOf !== undefined)].map(([namespace, types]) =>
    render(prefix, namespace, { types, aliasesOf }),
  );
  return ok({ value });
}

function one(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const wanted = parameters.namespace?.toLowerCase() ?? '';
  const aliasesOf = aliasesFor(request, world);
  const found = [...namespaces(world, aliasesOf !== undefined)].find(
    ([namespace]) => namespace.toLowerCase() === wanted,
  );
  if (found === undefined) {
    throw notFound(
      'InvalidResourceNamespace',
      `The resource namespace '${parameters.namespace}' is invalid.`,
    );
  }
  return ok(render(prefixOf(world, parameters), found[0], { types: found[1], aliasesOf }));
}

type AliasesOf = (type: string) => readonly AliasDocument[];

/** Aliases of a type, where they are asked for. Those of a whole namespace stand with the type that is asked first. */
function aliasesFor(request: ArmRequest, world: World): AliasesOf | undefined {
  if (!(parameter(request, '$expand') ?? '').toLowerCase().includes('aliases')) return undefined;
  const aliases = world.aliases();
  const seen = new Set<string>();
  return (type) => {
    const lower = type.toLowerCase();
    const namespace = lower.split('/')[0] ?? '';
    const shared = seen.has(namespace) ? [] : (aliases.get(namespace) ?? []);
    seen.add(namespace);
    return [...(aliases.get(lower) ?? []), ...shared];
  };
}

function prefixOf(world: World, { subscription }: Parameters): string {
  return subscription === undefined ? '' : `/subscriptions/${findSubscription(world, subscription).id}`;
}

type TypeEntry = Pick<ResourceType, 'type' | 'apiVersions' | 'global' | 'untagged' | 'zonal'>;

function namespaces(world: World, withAliases: boolean): ReadonlyMap<string, readonly TypeEntry[]> {
  const known = new Set(resourceTypes.map((entry) => entry.type.toLowerCase()));
  const loaded = world.estate.types
    .filter((type) => !known.has(type.toLowerCase()))
    .map((type): TypeEntry => ({ type, apiVersions: ['2024-03-01', ...unknownVersions.slice(1)] }));
  const entries = [...resourceTypes.flatMap(withChildren), ...loaded];
  return Map.groupBy([...entries, ...(withAliases ? aliasTypes(world, entries) : [])], (entry) =>
    canonical(entry.type.split('/')[0] ?? ''),
  );
}

/** Types of an alias file that no resource is of; their names are known in lower case only. */
function aliasTypes(world: World, entries: readonly TypeEntry[]): TypeEntry[] {
  const known = new Set(entries.map(({ type }) => type.toLowerCase()));
  const others = [...world.aliases().keys()].filter((type) => type.includes('/') && !known.has(type));
  const apiVersions: TypeEntry['apiVersions'] = ['2024-03-01'];
  return others.map((type) => ({ type, apiVersions }));
}

function withChildren(definition: ResourceType): readonly TypeEntry[] {
  const children = Object.keys(definition.embedded ?? {});
  const { apiVersions } = definition;
  return [
    definition,
    ...children.map(
      (child): TypeEntry => ({ type: `${definition.type}/${child}`, apiVersions, untagged: true }),
    ),
  ];
}

/** One provider lists its types under one spelling, whatever single types write (`microsoft.alertsManagement`). */
function canonical(namespace: string): string {
  return namespace.replace(/^microsoft\./, 'Microsoft.');
}

function render(
  prefix: string,
  namespace: string,
  options: { types: readonly TypeEntry[]; aliasesOf: AliasesOf | undefined },
): unknown {
  return {
    id: `${prefix}/providers/${namespace}`,
    namespace,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: options.types.map((entry) => ({
      resourceType: entry.type.slice(entry.type.indexOf('/') + 1),
      locations: entry.global === true ? ['global'] : displayNames,
      apiVersions: entry.apiVersions,
      defaultApiVersion:
        entry.apiVersions.find((version) => !version.includes('preview')) ?? entry.apiVersions[0],
      capabilities:
        entry.untagged === true
          ? 'None'
          : 'CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation',
      zoneMappings:
        entry.zonal === true
          ? displayNames.slice(0, 6).map((location) => ({ location, zones: ['1', '2', '3'] }))
          : undefined,
      aliases: options.aliasesOf?.(entry.type),
    })),
  };
}
