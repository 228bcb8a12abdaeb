import type { ResourceType } from '../../estate/model.ts';
import { regions } from '../../estate/regions.ts';
import { resourceTypes } from '../../estate/registry.ts';
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
  const aliases = (parameter(request, '$expand') ?? '').toLowerCase().includes('aliases');
  const value = [...namespaces(world)].map(([namespace, types]) =>
    render(prefix, namespace, { types, aliases }),
  );
  return ok({ value });
}

function one(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const wanted = parameters.namespace?.toLowerCase() ?? '';
  const found = [...namespaces(world)].find(([namespace]) => namespace.toLowerCase() === wanted);
  if (found === undefined) {
    throw notFound(
      'InvalidResourceNamespace',
      `The resource namespace '${parameters.namespace}' is invalid.`,
    );
  }
  const aliases = (parameter(request, '$expand') ?? '').toLowerCase().includes('aliases');
  return ok(render(prefixOf(world, parameters), found[0], { types: found[1], aliases }));
}

function prefixOf(world: World, { subscription }: Parameters): string {
  return subscription === undefined ? '' : `/subscriptions/${findSubscription(world, subscription).id}`;
}

type TypeEntry = Pick<ResourceType, 'type' | 'apiVersions' | 'global' | 'untagged' | 'zonal'>;

function namespaces(world: World): ReadonlyMap<string, readonly TypeEntry[]> {
  const known = new Set(resourceTypes.map((entry) => entry.type.toLowerCase()));
  const loaded = world.estate.types
    .filter((type) => !known.has(type.toLowerCase()))
    .map((type): TypeEntry => ({ type, apiVersions: ['2024-03-01', ...unknownVersions.slice(1)] }));
  return Map.groupBy([...resourceTypes.flatMap(withChildren), ...loaded], (entry) =>
    canonical(entry.type.split('/')[0] ?? ''),
  );
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
  options: { types: readonly TypeEntry[]; aliases: boolean },
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
      aliases: options.aliases ? [] : undefined,
    })),
  };
}
