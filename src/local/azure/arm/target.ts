import type { Resource } from '../estate/model.ts';
import { parentId, parseResourceId, type ResourceId } from '../state/ids.ts';
import type { World } from '../world.ts';
import { checkTypeVersion, servingType } from './apiVersion.ts';
import type { ChildPlace } from './embedded.ts';
import { badRequest, notFound } from './failure.ts';
import type { ArmRequest } from './http.ts';
import { findGroup, findSubscription } from './scope.ts';

/** What a request by resource id is about. */
export type Target = {
  readonly id: string;
  readonly parsed: ResourceId;
  readonly existing: Resource | undefined;
  /** Set for a child that lives inside its parent. */
  readonly child: ChildPlace | undefined;
};

/** Finds the target of a request whose path is a resource id; refuses as Resource Manager does, in its order. */
export function findTarget(
  request: ArmRequest,
  world: World,
  path: readonly string[] = request.segments,
): Target {
  const id = `/${path.join('/')}`;
  const parsed = parseResourceId(id);
  if (parsed === undefined)
    throw badRequest('InvalidResourceId', `The resource identifier '${id}' is malformed.`);
  const subscription = findSubscription(world, parsed.subscriptionId);
  const group = parsed.group === '' ? undefined : findGroup(world, subscription, parsed.group);
  const existing = world.estate.get(id);
  const serving = servingType(parsed.type);
  if (existing === undefined && serving === undefined) throw unknownType(world, parsed, request);
  const location = existing?.location ?? group?.location ?? 'global';
  checkTypeVersion(parsed.type, request.query.get('api-version') ?? '', location);
  const segment = existing === undefined ? serving?.child : undefined;
  if (segment === undefined) return { id, parsed, existing, child: undefined };
  const parent = world.estate.get(parentId(id) ?? '');
  if (parent === undefined) throw parentNotFound(parsed, parentId(id) ?? '');
  return { id, parsed, existing: undefined, child: { parent, segment, name: parsed.names.at(-1) ?? '' } };
}

export function resourceNotFound(parsed: ResourceId): Error {
  const name = [
    parsed.namespace,
    ...parsed.types.flatMap((type, index) => [type, parsed.names[index] ?? '']),
  ].join('/');
  return notFound(
    'ResourceNotFound',
    `The Resource '${name}' under resource group '${parsed.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export function parentNotFound(parsed: ResourceId, parent: string): Error {
  const type = parsed.types.join('/');
  return notFound(
    'ParentResourceNotFound',
    `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${parent}' could not be found.`,
  );
}

function unknownType(world: World, parsed: ResourceId, request: ArmRequest): Error {
  const known = world.estate.types.some((type) => type.toLowerCase() === parsed.type.toLowerCase());
  if (known) return resourceNotFound(parsed);
  const version = request.query.get('api-version') ?? '';
  return notFound(
    'InvalidResourceType',
    `The resource type '${parsed.types.join('/')}' could not be found in the namespace '${parsed.namespace}' for api version '${version}'. The supported api-versions are ''.`,
  );
}
