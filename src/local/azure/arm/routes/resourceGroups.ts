import type { Group, JsonObject } from '../../estate/model.ts';
import type { Cause } from '../../state/recorder.ts';
import type { World } from '../../world.ts';
import { actorOf } from '../actor.ts';
import { badRequest } from '../failure.ts';
import {
  type ArmRequest,
  type ArmResponse,
  objectBody,
  ok,
  type Parameters,
  parameter,
  type Route,
} from '../http.ts';
import { findGroup, findSubscription } from '../scope.ts';

const one = 'subscriptions/{subscription}/resourcegroups/{group}';
const validName = /^[-\w._()\p{L}\p{N}]{1,89}[-\w_()\p{L}\p{N}]$|^[-\w_()\p{L}\p{N}]$/u;

export const resourceGroupRoutes: readonly Route[] = [
  { method: 'GET', path: 'subscriptions/{subscription}/resourcegroups', handle: list },
  {
    method: 'GET',
    path: one,
    handle: (_request, world, parameters) => ok(render(locate(world, parameters))),
  },
  { method: 'HEAD', path: one, handle: exists },
  { method: 'PUT', path: one, handle: put },
  { method: 'PATCH', path: one, handle: patch },
  { method: 'DELETE', path: one, handle: remove },
];

function render(group: Group): unknown {
  const { id, name, location, tags, managedBy, provisioningState } = group;
  return {
    id,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location,
    tags,
    managedBy,
    properties: { provisioningState },
  };
}

function locate(world: World, parameters: Parameters): Group {
  return findGroup(world, findSubscription(world, parameters.subscription), parameters.group ?? '');
}

function list(request: ArmRequest, world: World, { subscription }: Parameters): ArmResponse {
  const { id } = findSubscription(world, subscription);
  const after = Buffer.from(parameter(request, '$skiptoken') ?? '', 'base64url').toString();
  const top = Math.min(Number(parameter(request, '$top') ?? 1000), 1000);
  const wanted = tagTest(parameter(request, '$filter'));
  const matching = world.estate
    .groups(id)
    .filter((group) => wanted(group) && `${group.name.toLowerCase()}/` > after);
  const page = matching.slice(0, top);
  const value = page.map(render);
  const last = page.at(-1);
  if (matching.length <= top || last === undefined) return ok({ value });
  const next = new URL(request.url);
  next.searchParams.set('$skiptoken', Buffer.from(`${last.name.toLowerCase()}/`).toString('base64url'));
  return ok({ value, nextLink: next.href });
}

function tagTest(filter: string | undefined): (group: Group) => boolean {
  if (filter === undefined) return () => true;
  const [, name, , value] = /^tagName eq '([^']*)'( and tagValue eq '([^']*)')?$/i.exec(filter.trim()) ?? [];
  if (name === undefined)
    throw badRequest(
      'InvalidFilterInQueryString',
      `Invalid $filter '${filter}' specified in the query string.`,
    );
  return (group) => {
    const entry = Object.entries(group.tags ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase());
    return entry !== undefined && (value === undefined || entry[1] === value);
  };
}

function exists(_request: ArmRequest, world: World, { subscription, group = '' }: Parameters): ArmResponse {
  const found = world.estate.group(findSubscription(world, subscription).id, group);
  return { status: found === undefined ? 404 : 204 };
}

function put(request: ArmRequest, world: World, { subscription, group = '' }: Parameters): ArmResponse {
  const { id } = findSubscription(world, subscription);
  const body = objectBody(request);
  const before = world.estate.group(id, group);
  const { location = before?.location } = body;
  if (typeof location !== 'string')
    throw badRequest('LocationRequired', 'The location property is required for this definition.');
  if (!validName.test(group)) {
    throw badRequest(
      'InvalidResourceGroup',
      `The provided resource group name '${group}' has these invalid characters.`,
    );
  }
  const name = before?.name ?? group;
  const written = {
    id: `/subscriptions/${id}/resourceGroups/${name}`,
    name,
    subscriptionId: id,
    location: before?.location ?? location.replaceAll(' ', '').toLowerCase(),
    tags: body.tags as JsonObject | undefined,
    provisioningState: 'Succeeded',
    systemData: before?.systemData,
  };
  world.recorder.putGroup(written, causeOf(request));
  return { status: before === undefined ? 201 : 200, body: render(written) };
}

function patch(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const before = locate(world, parameters);
  const body = objectBody(request);
  const written = { ...before, tags: (body.tags as JsonObject | undefined) ?? before.tags };
  world.recorder.putGroup(written, causeOf(request));
  return ok(render(written));
}

/** Deletes a group with all that is in it, as a long-running operation. */
function remove(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const group = locate(world, parameters);
  const cause = causeOf(request);
  return world.operations.start(request, group.subscriptionId, () => {
    const rows = world.estate.rows(group.subscriptionId, group.name.toLowerCase());
    for (const row of rows.toReversed()) world.recorder.delete(row.resource, cause);
    world.recorder.deleteGroup(group, cause);
  });
}

function causeOf(request: ArmRequest): Cause {
  return { actor: actorOf(request), correlationId: request.correlationId };
}
