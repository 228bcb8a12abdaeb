import type { JsonObject, Resource } from '../../estate/model.ts';
import { findType } from '../../estate/registry.ts';
import { parentId } from '../../state/ids.ts';
import type { Cause } from '../../state/recorder.ts';
import type { World } from '../../world.ts';
import { actorOf } from '../actor.ts';
import { findCollection, listCollection } from '../collections.ts';
import { mergePatch, objectOr } from '../documents.ts';
import { childId, childType, readChild, removeChild, writeChild } from '../embedded.ts';
import { checkIfMatch, etagOf } from '../etag.ts';
import { ArmFailure, badRequest } from '../failure.ts';
import { type ArmRequest, type ArmResponse, objectBody, ok, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';
import { findTarget, parentNotFound, resourceNotFound, type Target } from '../target.ts';

const path = 'subscriptions/{*id}';

/** Any resource by its id. */
export const resourceRoutes: readonly Route[] = [
  { method: 'GET', path, handle: read },
  { method: 'HEAD', path, handle: head },
  { method: 'PUT', path, handle: put },
  { method: 'PATCH', path, handle: patch },
  { method: 'DELETE', path, handle: remove },
  { method: 'POST', path, handle: act },
];

function documentOf(target: Target): Resource | JsonObject | undefined {
  return target.child === undefined ? target.existing : readChild(target.child);
}

function read(request: ArmRequest, world: World): ArmResponse | Promise<ArmResponse> {
  const collection = findCollection(request, world);
  if (collection !== undefined) return listCollection(request, world, collection);
  const target = findTarget(request, world);
  const document = documentOf(target);
  if (document === undefined) throw resourceNotFound(target.parsed);
  const etag = etagOf(target.existing);
  return ok(etag === undefined ? document : { ...document, etag });
}

function head(request: ArmRequest, world: World): ArmResponse {
  return { status: documentOf(findTarget(request, world)) === undefined ? 404 : 204 };
}

function put(request: ArmRequest, world: World): ArmResponse {
  const target = findTarget(request, world);
  const body = objectBody(request);
  checkIfMatch(request, target.existing);
  const status = documentOf(target) === undefined ? 201 : 200;
  if (target.child !== undefined) return { status, body: putChild(request, world, target) };
  const written =
    target.existing === undefined ? created(world, target, body) : replaced(target.existing, body);
  world.recorder.put(written, causeOf(request));
  return { status, body: world.estate.get(target.id) };
}

function patch(request: ArmRequest, world: World): ArmResponse {
  const target = findTarget(request, world);
  const { existing } = target;
  const body = objectBody(request);
  if (target.child !== undefined || existing === undefined) throw resourceNotFound(target.parsed);
  checkIfMatch(request, existing);
  const { tags, id: _id, name: _name, type: _type, ...rest } = body;
  const merged = mergePatch(existing as JsonObject, rest) as unknown as Resource;
  world.recorder.put({ ...merged, tags: objectOr(tags, existing.tags) }, causeOf(request));
  return ok(world.estate.get(target.id));
}

function remove(request: ArmRequest, world: World): ArmResponse {
  const target = findTarget(request, world);
  if (documentOf(target) === undefined) return { status: 204 };
  checkIfMatch(request, target.existing);
  if (target.child !== undefined) {
    const operation = `${childType(target.child)}/delete`;
    world.recorder.put(removeChild(target.child), {
      ...causeOf(request),
      subject: childId(target.child),
      operation,
    });
    return { status: 200 };
  }
  const group = target.parsed.group.toLowerCase();
  const below = `${target.id.toLowerCase()}/`;
  const rows = world.estate.rows(world.estate.subscription(target.parsed.subscriptionId)?.id ?? '', group);
  for (const row of rows)
    if (row.key.startsWith(below)) world.recorder.delete(row.resource, causeOf(request));
  if (target.existing !== undefined) world.recorder.delete(target.existing, causeOf(request));
  return { status: 200 };
}

/** `POST {id}/{action}`: changes what the action changes and announces it. */
function act(request: ArmRequest, world: World): ArmResponse {
  const name = request.segments.at(-1) ?? '';
  const target = findTarget(request, world, request.segments.slice(0, -1));
  const { existing } = target;
  if (existing === undefined) throw resourceNotFound(target.parsed);
  const actions = Object.entries(findType(existing.type)?.actions ?? {});
  const action = actions.find(([known]) => known.toLowerCase() === name.toLowerCase());
  if (action === undefined)
    throw badRequest('InvalidAction', `The action '${name}' is not known for type '${existing.type}'.`);
  const operation = `${existing.type}/${action[0]}/action`;
  world.recorder.act(action[1](existing), { ...causeOf(request), operation });
  return world.operations.start(request, target.parsed.subscriptionId, () => undefined);
}

function putChild(request: ArmRequest, world: World, target: Target): JsonObject | undefined {
  const { child } = target;
  if (child === undefined) return undefined;
  const parent = writeChild(child, objectBody(request));
  const cause = { ...causeOf(request), subject: childId(child), operation: `${childType(child)}/write` };
  world.recorder.put(parent, cause);
  return readChild({ ...child, parent });
}

function created(world: World, target: Target, body: JsonObject): Resource {
  const definition = findType(target.parsed.type);
  const parent = parentId(target.id);
  const owner = parent === undefined ? undefined : world.estate.get(parent);
  if (parent !== undefined && owner === undefined) throw parentNotFound(target.parsed, parent);
  const { location = owner?.location ?? (definition?.global === true ? 'global' : undefined) } = body;
  if (typeof location !== 'string')
    throw badRequest('LocationRequired', 'The location property is required for this definition.');
  const type = definition?.type ?? target.parsed.type;
  const subscription = findSubscription(world, target.parsed.subscriptionId);
  const group = world.estate.group(subscription.id, target.parsed.group);
  const above =
    owner?.id ?? `${group?.id ?? `/subscriptions/${subscription.id}`}/providers/${type.split('/')[0]}`;
  const name = target.parsed.names.at(-1) ?? '';
  const id = `${above}/${type.split('/').at(-1)}/${name}`;
  const properties = { ...objectOr(body.properties, {}), provisioningState: 'Succeeded' };
  return { ...documentFrom(body), id, name, type, location, properties };
}

function replaced(existing: Resource, body: JsonObject): Resource {
  const { location } = body;
  if (typeof location === 'string' && plain(location) !== plain(existing.location)) {
    throw new ArmFailure(409, 'InvalidResourceLocation', {
      message: `The resource '${existing.name}' already exists in location '${existing.location}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
    });
  }
  const properties = { ...existing.properties, ...objectOr(body.properties, {}) };
  const { id, name, type } = existing;
  return {
    ...existing,
    ...documentFrom(body),
    id,
    name,
    type,
    location: existing.location,
    tags: objectOr(body.tags, undefined),
    properties,
  };
}

/** The envelope fields that a caller may write. */
function documentFrom(body: JsonObject): Partial<Resource> {
  const fields = [
    'kind',
    'managedBy',
    'sku',
    'plan',
    'identity',
    'zones',
    'extendedLocation',
    'tags',
  ] as const;
  return Object.fromEntries(
    fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]),
  );
}

function plain(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

function causeOf(request: ArmRequest): Cause {
  return { actor: actorOf(request), correlationId: request.correlationId };
}
