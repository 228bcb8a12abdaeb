import type { Json, JsonObject } from '../../estate/model.ts';
import { kinds, type PolicyKind, type PolicyObject, scopeOf } from '../../policy/model.ts';
import { ancestors } from '../../state/hierarchy.ts';
import type { World } from '../../world.ts';
import { actorOf } from '../actor.ts';
import { isObject } from '../documents.ts';
import { badRequest, notFound } from '../failure.ts';
import { type ArmRequest, type ArmResponse, objectBody, ok, parameter, type Route } from '../http.ts';
import { findGroup, findSubscription } from '../scope.ts';

const PROVIDER = 'providers/microsoft.authorization';
const PAGE = 500;

/** Azure Policy's definitions, set definitions, assignments and exemptions, at every scope. Event Grid tells of none of them. */
export const policyRoutes: readonly Route[] = kinds.flatMap((kind): Route[] => {
  const path = `${PROVIDER}/${kind.toLowerCase()}`;
  const isBuiltIn = kind === 'policyDefinitions' || kind === 'policySetDefinitions';
  const atRoot: Route[] = [
    { method: 'GET', path, handle: (request, world) => list(request, world, { kind, scope: '' }) },
    { method: 'GET', path: `${path}/{name}`, handle: (request, world) => get(request, world, kind) },
  ];
  return [
    ...(isBuiltIn ? atRoot : []),
    { method: 'GET', path: `{*scope}/${path}`, handle: (request, world) => listAt(request, world, kind) },
    { method: 'GET', path: `{*scope}/${path}/{name}`, handle: (request, world) => get(request, world, kind) },
    { method: 'PUT', path: `{*scope}/${path}/{name}`, handle: (request, world) => put(request, world, kind) },
    { method: 'DELETE', path: `{*scope}/${path}/{name}`, handle: (request, world) => remove(request, world) },
  ];
});

function listAt(request: ArmRequest, world: World, kind: PolicyKind): ArmResponse {
  const scope = `/${request.segments.slice(0, -3).join('/')}`.toLowerCase();
  checkScope(request, world);
  return list(request, world, { kind, scope });
}

function list(
  request: ArmRequest,
  world: World,
  { kind, scope }: { kind: PolicyKind; scope: string },
): ArmResponse {
  const isWanted = filterOf(parameter(request, '$filter') ?? '', scope);
  const above = new Set(['', ...scopesAbove(world, scope)]);
  const isDefinition = kind === 'policyDefinitions' || kind === 'policySetDefinitions';
  const found = world.policies.list(kind).filter((object) => {
    const own = scopeOf(object);
    const isBelow = !isDefinition && scope !== '' && own.startsWith(`${scope}/`);
    const isHere = scope === '' ? own === '' : own === scope || above.has(own) || isBelow;
    return isHere && isWanted(object, own);
  });
  const start = Number(parameter(request, '$skiptoken') ?? 0);
  const value = found.slice(start, start + PAGE);
  if (found.length <= start + PAGE) return ok({ value });
  const next = new URL(request.url);
  next.searchParams.set('$skiptoken', String(start + PAGE));
  return ok({ value, nextLink: next.href });
}

/** Management groups above a scope and, of a group or resource, the subscription, in lower case. */
function scopesAbove({ estate }: World, scope: string): string[] {
  const [, first = '', second = '', , name = ''] = scope.split('/');
  if (first === 'providers') {
    const own = estate.managementGroups.find((group) => group.name.toLowerCase() === name);
    return own ? ancestors(estate, own.name).map(toScope) : [];
  }
  const subscription = estate.subscription(second);
  if (!subscription) return [];
  const groups = ancestors(estate, subscription.managementGroup, true).map(toScope);
  const parts = scope.split('/');
  const inside = parts.slice(3).map((_, index) => parts.slice(0, index + 3).join('/'));
  return [...groups, ...inside];
}

function toScope({ name }: { readonly name: string }): string {
  return `/providers/microsoft.management/managementgroups/${name}`.toLowerCase();
}

type Filter = (object: PolicyObject, own: string) => boolean;

/** The filters that Azure Policy takes; any other is refused. */
function filterOf(text: string, scope: string): Filter {
  const filter = text.trim();
  if (filter === '') return () => true;
  if (/^atExactScope\(\)$/i.test(filter)) return (_, own) => own === scope;
  if (/^atScope\(\)$/i.test(filter)) return (_, own) => !own.startsWith(`${scope}/`);
  if (/^excludeExpired\(\)$/i.test(filter))
    return ({ properties: { expiresOn } }) =>
      typeof expiresOn !== 'string' || Date.parse(expiresOn) > Date.now();
  const match = /^(policyType|category|policyDefinitionId|policyAssignmentId)\s+-?eq\s+'([^']*)'$/i.exec(
    filter,
  );
  if (!match?.[1])
    throw badRequest(
      'InvalidFilterInQueryString',
      `Invalid $filter '${filter}' specified in the query string.`,
    );
  const [, name, value = ''] = match;
  return ({ properties }) => {
    const metadata = isObject(properties.metadata) ? properties.metadata : {};
    const read: JsonObject = { ...properties, category: metadata.category };
    const key = Object.keys(read).find((each) => each.toLowerCase() === name.toLowerCase());
    return textOf(read[key ?? '']).toLowerCase() === value.toLowerCase();
  };
}

function get(request: ArmRequest, world: World, kind: PolicyKind): ArmResponse {
  const id = `/${request.segments.join('/')}`;
  const found = world.policies.get(id);
  if (found) return ok(found);
  const code = `${kind.charAt(0).toUpperCase()}${kind.slice(1, -1)}NotFound`;
  throw notFound(code, `The ${kind.slice(0, -1)} '${request.segments.at(-1)}' could not be found.`);
}

function put(request: ArmRequest, world: World, kind: PolicyKind): ArmResponse {
  const id = `/${request.segments.join('/')}`;
  checkScope(request, world, 4);
  const { properties, identity, location } = objectBody(request);
  if (!isObject(properties))
    throw badRequest('InvalidRequestContent', 'The request content was invalid: properties are required.');
  checkProperties(world, kind, properties);
  const existing = world.policies.get(id);
  const now = new Date().toISOString();
  const by = actorOf(request).id;
  const scope = `/${request.segments.slice(0, -4).join('/')}`;
  const made: PolicyObject = {
    id,
    name: request.segments.at(-1) ?? '',
    type: `Microsoft.Authorization/${kind}`,
    properties: {
      ...defaultsOf(kind, scope),
      ...properties,
      ...(isDefinitionKind(kind) && { policyType: 'Custom' }),
    },
    ...(isObject(identity) && { identity }),
    ...(typeof location === 'string' && { location }),
    systemData: {
      createdBy: existing?.systemData?.createdBy ?? by,
      createdByType: 'User',
      createdAt: existing?.systemData?.createdAt ?? now,
      lastModifiedBy: by,
      lastModifiedByType: 'User',
      lastModifiedAt: now,
    },
  };
  world.policies.put(made);
  return { status: existing ? 200 : 201, body: made };
}

function isDefinitionKind(kind: PolicyKind): boolean {
  return kind === 'policyDefinitions' || kind === 'policySetDefinitions';
}

function defaultsOf(kind: PolicyKind, scope: string): JsonObject {
  if (kind !== 'policyAssignments') return {};
  return { scope, notScopes: [], parameters: {}, enforcementMode: 'Default' };
}

function checkProperties(world: World, kind: PolicyKind, properties: JsonObject): void {
  if (kind === 'policyDefinitions' && !isObject(properties.policyRule))
    throw badRequest('InvalidPolicyRule', 'The policy rule is required.');
  if (kind === 'policySetDefinitions' && !Array.isArray(properties.policyDefinitions))
    throw badRequest('InvalidPolicySetDefinition', 'The policy definitions are required.');
  const definition = textOf(properties.policyDefinitionId);
  if (kind === 'policyAssignments' && !world.policies.get(definition))
    throw notFound('PolicyDefinitionNotFound', `The policy definition '${definition}' could not be found.`);
  const assignment = textOf(properties.policyAssignmentId);
  if (kind === 'policyExemptions' && !world.policies.get(assignment))
    throw notFound('PolicyAssignmentNotFound', `The policy assignment '${assignment}' is not found.`);
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : '';
}

function remove(request: ArmRequest, world: World): ArmResponse {
  const id = `/${request.segments.join('/')}`;
  checkScope(request, world, 4);
  const [user] = world.policies.assignmentsOf(id);
  if (user)
    throw badRequest(
      'PolicyDefinitionInUse',
      `The policy definition '${id}' cannot be deleted as it is assigned by '${user.id}'.`,
    );
  const gone = world.policies.delete(id);
  return gone ? ok(gone) : { status: 204 };
}

/** Refuses a scope that does not exist; `tail` segments of the path are no scope. */
function checkScope(request: ArmRequest, world: World, tail = 3): void {
  const [first, second = '', third, name = ''] = request.segments.slice(0, -tail);
  if (first?.toLowerCase() === 'subscriptions') {
    const subscription = findSubscription(world, second);
    if (third?.toLowerCase() === 'resourcegroups') findGroup(world, subscription, name);
    return;
  }
  const isGroup =
    `${first}/${second}/${third}`.toLowerCase() === 'providers/microsoft.management/managementgroups';
  const isKnown = world.estate.managementGroups.some(
    (group) => group.name.toLowerCase() === name.toLowerCase(),
  );
  if (!isGroup || !isKnown) throw notFound('NotFound', `'${name}' not found.`);
}
