import type { Group, JsonObject, Resource } from '../../estate/model.ts';
import { parseResourceId } from '../../state/ids.ts';
import type { World } from '../../world.ts';
import { actorOf } from '../actor.ts';
import { isObject } from '../documents.ts';
import { badRequest } from '../failure.ts';
import { type ArmRequest, objectBody, ok, type Route } from '../http.ts';
import { findGroup, findSubscription } from '../scope.ts';
import { resourceNotFound } from '../target.ts';

/** Tags of a resource or a group at `{scope}/providers/Microsoft.Resources/tags/default`. */
export const tagRoutes: readonly Route[] = ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
  method,
  path: 'subscriptions/{*scope}/providers/microsoft.resources/tags/default',
  handle: (request, world) => {
    const found = findScope(request, world);
    const tags = next(request, found);
    if (method !== 'GET') {
      const cause = { actor: actorOf(request), correlationId: request.correlationId };
      if ('type' in found) world.recorder.put({ ...found, tags }, cause);
      else world.recorder.putGroup({ ...found, tags }, cause);
    }
    const id = `${found.id}/providers/Microsoft.Resources/tags/default`;
    return ok({ id, name: 'default', type: 'Microsoft.Resources/tags', properties: { tags } });
  },
}));

function findScope(request: ArmRequest, world: World): Resource | Group {
  const scope = request.segments.slice(0, -4);
  const id = `/${scope.join('/')}`;
  const [, subscription, groups, group = ''] = scope;
  if (scope.length === 4 && groups?.toLowerCase() === 'resourcegroups')
    return findGroup(world, findSubscription(world, subscription), group);
  const parsed = parseResourceId(id);
  if (parsed === undefined)
    throw badRequest('InvalidResourceId', `The resource identifier '${id}' is not one of a resource.`);
  findGroup(world, findSubscription(world, parsed.subscriptionId), parsed.group);
  const resource = world.estate.get(id);
  if (resource === undefined) throw resourceNotFound(parsed);
  return resource;
}

function next(request: ArmRequest, { tags: before = {} }: Resource | Group): JsonObject {
  if (request.method === 'GET') return before;
  if (request.method === 'DELETE') return {};
  const { operation, properties } = objectBody(request);
  const tags = isObject(properties) && isObject(properties.tags) ? properties.tags : {};
  if (operation === 'Merge') return { ...before, ...tags };
  if (operation === 'Delete')
    return Object.fromEntries(Object.entries(before).filter(([key]) => !(key in tags)));
  return tags;
}
