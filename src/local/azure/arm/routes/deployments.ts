import { isDeepStrictEqual } from 'node:util';
import type { ExpandedResource } from '#features/templates/index.ts';
import type { JsonObject } from '../../estate/model.ts';
import type { World } from '../../world.ts';
import { expandRequest, type Run, type RunScope } from '../deploymentRuns.ts';
import { ArmFailure, badRequest, notFound } from '../failure.ts';
import { type ArmRequest, type ArmResponse, ok, type Parameters, type Route } from '../http.ts';
import { findGroup, findSubscription } from '../scope.ts';
import { resourceGroupRoutes } from './resourceGroups.ts';
import { resourceRoutes } from './resources.ts';

type Handle = (request: ArmRequest, world: World, place: { scope: RunScope; name: string }) => ArmResponse;

const SCOPES = ['subscriptions/{subscription}', 'subscriptions/{subscription}/resourcegroups/{group}'];
const DEPLOYMENT = 'providers/microsoft.resources/deployments/{deployment}';

/** Template deployments at resource groups and subscriptions. */
export const deploymentRoutes: readonly Route[] = SCOPES.flatMap((scope) => [
  at('PUT', `${scope}/${DEPLOYMENT}`, create),
  at('GET', `${scope}/${DEPLOYMENT}`, (_request, world, place) => ok(show(find(world, place)))),
  at('HEAD', `${scope}/${DEPLOYMENT}`, (_request, world, place) => {
    find(world, place);
    return { status: 204 };
  }),
  at('POST', `${scope}/${DEPLOYMENT}/validate`, validate),
  at('POST', `${scope}/${DEPLOYMENT}/whatif`, whatIf),
  at('POST', `${scope}/${DEPLOYMENT}/cancel`, (_request, world, place) => {
    world.deployments.cancel(find(world, place));
    return { status: 204 };
  }),
  at('GET', `${scope}/${DEPLOYMENT}/operations`, (_request, world, place) =>
    ok({ value: operations(find(world, place)) }),
  ),
  at('GET', `${scope}/providers/microsoft.resources/deployments`, (_request, world, { scope: where }) =>
    ok({ value: world.deployments.list(where).map(show) }),
  ),
]);

function at(method: string, path: string, handle: Handle): Route {
  return {
    method,
    path,
    handle: (request, world, parameters) => handle(request, world, placeOf(world, parameters)),
  };
}

function placeOf(world: World, { subscription: id = '', group, deployment = '' }: Parameters) {
  const subscription = findSubscription(world, id);
  if (group !== undefined) findGroup(world, subscription, group);
  return { scope: { subscriptionId: subscription.id, resourceGroup: group }, name: deployment };
}

function find(world: World, { scope, name }: { scope: RunScope; name: string }): Run {
  const run = world.deployments.find(scope, name);
  if (!run) throw notFound('DeploymentNotFound', `Deployment '${name}' could not be found.`);
  return run;
}

function create(
  request: ArmRequest,
  world: World,
  { scope, name }: { scope: RunScope; name: string },
): ArmResponse {
  for (const resource of expandRequest(request, world, scope, name).resources) preflight(resource);
  const run = world.deployments.start(request, world, { scope, name, write });
  const version = request.query.get('api-version') ?? '';
  const location = `${request.origin}${request.url.pathname}/operationStatuses/${run.correlationId}?api-version=${version}`;
  return { status: 201, body: show(run), headers: { 'azure-asyncoperation': location } };
}

function validate(
  request: ArmRequest,
  world: World,
  { scope, name }: { scope: RunScope; name: string },
): ArmResponse {
  const { resources } = expandRequest(request, world, scope, name);
  for (const resource of resources) preflight(resource);
  const validatedResources = resources.map(({ id }) => ({ id }));
  return ok({
    id: request.url.pathname,
    name,
    properties: { provisioningState: 'Succeeded', validatedResources },
  });
}

/** What a provider refuses before anything is written. Source: "Resolve errors for storage account names". */
function preflight({ type, name }: ExpandedResource): void {
  if (type.toLowerCase() === 'microsoft.storage/storageaccounts' && !/^[a-z\d]{3,24}$/.test(name))
    throw badRequest(
      'AccountNameInvalid',
      `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
    );
}

function whatIf(
  request: ArmRequest,
  world: World,
  { scope, name }: { scope: RunScope; name: string },
): ArmResponse {
  const { resources } = expandRequest(request, world, scope, name);
  const changes = resources.map(({ id, document }) => {
    const before = world.estate.get(id) as unknown as JsonObject | undefined;
    if (!before) return { resourceId: id, changeType: 'Create', after: document };
    const delta = differences(before, document as unknown as JsonObject);
    return {
      resourceId: id,
      changeType: delta.length > 0 ? 'Modify' : 'NoChange',
      before,
      after: document,
      delta,
    };
  });
  return ok({ status: 'Succeeded', properties: { changes } });
}

/** Top-level fields and properties that the template sets otherwise. */
function differences(before: JsonObject, after: JsonObject): JsonObject[] {
  const { properties = {}, id: _id, name: _name, type: _type, apiVersion: _version, ...rest } = after;
  const flat = [
    ...Object.entries(rest).map(([key, value]) => [key, before[key], value] as const),
    ...Object.entries(Object(properties)).map(
      ([key, value]) => [`properties.${key}`, Object(before.properties)[key], value] as const,
    ),
  ];
  return flat
    .filter(([, old, next]) => !isDeepStrictEqual(old, next))
    .map(([path, old, next]) => ({
      path,
      propertyChangeType: old === undefined ? 'Create' : 'Modify',
      before: old ?? null,
      after: next as JsonObject,
    }));
}

const OVER_QUOTA = /^Standard_(M|ND|NC)/i;

/** Writes a resource as a PUT of its own would. */
async function write(
  request: ArmRequest,
  world: World,
  { id, type, apiVersion, document }: ExpandedResource,
): Promise<void> {
  const size = String(Object(Object(document.properties).hardwareProfile).vmSize ?? '');
  if (type.toLowerCase() === 'microsoft.compute/virtualmachines' && OVER_QUOTA.test(size))
    throw new ArmFailure(409, 'OperationNotAllowed', {
      message: `Operation could not be completed as it results in exceeding approved Total Regional Cores quota for ${size}.`,
    });
  const segments = id.split('/').filter(Boolean);
  const isGroup = type.toLowerCase() === 'microsoft.resources/resourcegroups';
  const put = (isGroup ? resourceGroupRoutes : resourceRoutes).find(({ method }) => method === 'PUT');
  const query = new URLSearchParams({ 'api-version': apiVersion });
  const [, subscription = '', , group = ''] = segments;
  const written = { ...request, method: 'PUT', segments, query, body: document };
  await put?.handle(written, world, { subscription, group, id: segments.slice(1).join('/') });
}

function show(run: Run): JsonObject {
  const { scope, name, state, correlationId, startedAt, endedAt, error, expansion, outputTypes } = run;
  const group = scope.resourceGroup === undefined ? '' : `/resourceGroups/${scope.resourceGroup}`;
  const outputs = Object.entries(expansion.outputs).map(([key, value]) => [
    key,
    { type: outputTypes[key] ?? 'string', value },
  ]);
  return {
    id: `/subscriptions/${scope.subscriptionId}${group}/providers/Microsoft.Resources/deployments/${name}`,
    name,
    type: 'Microsoft.Resources/deployments',
    properties: {
      mode: 'Incremental',
      provisioningState: state,
      correlationId,
      timestamp: new Date(endedAt ?? startedAt).toISOString(),
      duration: `PT${((endedAt ?? Date.now()) - startedAt) / 1000}S`,
      ...(state === 'Succeeded' && { outputs: Object.fromEntries(outputs) }),
      ...(error && { error }),
    },
  } as unknown as JsonObject;
}

function operations(run: Run): JsonObject[] {
  return run.operations.map(({ resource, state, at: timestamp, error }, index) => ({
    id: `${run.name}/operations/${index}`,
    operationId: String(index),
    properties: {
      provisioningOperation: 'Create',
      provisioningState: state,
      timestamp,
      statusCode: error ? 'Conflict' : 'Created',
      targetResource: { id: resource.id, resourceType: resource.type, resourceName: resource.name },
      ...(error && { statusMessage: { status: 'Failed', error } }),
    },
  })) as unknown as JsonObject[];
}
