import { scalarText } from '../../estate/json.ts';
import type { JsonObject, Resource } from '../../estate/model.ts';
import { resources } from '../../graph/tables/resources.ts';
import type { Row } from '../../state/row.ts';
import type { World } from '../../world.ts';
import { badRequest } from '../failure.ts';
import { parseFilter } from '../filter.ts';
import { type ArmRequest, type ArmResponse, ok, parameter, type Route } from '../http.ts';
import { findGroup, findSubscription } from '../scope.ts';

const pageSize = 1000;

/** The generic lists. As in Azure they carry no `properties`. */
export const resourceListRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'subscriptions/{subscription}/resources',
    handle: (request, world, { subscription }) =>
      list(request, world, { subscriptionId: findSubscription(world, subscription).id }),
  },
  {
    method: 'GET',
    path: 'subscriptions/{subscription}/resourcegroups/{group}/resources',
    handle: (request, world, { subscription, group = '' }) => {
      const found = findSubscription(world, subscription);
      const groupKey = findGroup(world, found, group).name.toLowerCase();
      return list(request, world, { subscriptionId: found.id, groupKey });
    },
  },
];

type ListScope = { readonly subscriptionId: string; readonly groupKey?: string };

async function list(request: ArmRequest, world: World, scope: ListScope): Promise<ArmResponse> {
  const matches = parseFilter(parameter(request, '$filter'));
  const top = pageOf(parameter(request, '$top'));
  const expand = (parameter(request, '$expand') ?? '').split(',');
  const token = parameter(request, '$skiptoken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const value: JsonObject[] = [];
  for await (const row of rowsOf(world, scope, after)) {
    if (!matches(row.resource)) continue;
    if (value.length === top) return ok({ value, nextLink: nextLink(request, value) });
    value.push(summary(row.resource, expand));
  }
  return ok({ value });
}

async function* rowsOf(world: World, scope: ListScope, after: string | undefined): AsyncGenerator<Row> {
  const { subscriptionId, groupKey } = scope;
  if (groupKey !== undefined) {
    for (const row of world.estate.rows(subscriptionId, groupKey))
      if (after === undefined || row.key > after) yield row;
    return;
  }
  const { estate, log } = world;
  const table = resources({
    estate,
    log,
    subscriptionIds: [subscriptionId],
    now: Date.now(),
    lagMilliseconds: 0,
  });
  for await (const batch of table.read(after)) yield* batch as readonly Row[];
}

function pageOf(top: string | undefined): number {
  if (top === undefined) return pageSize;
  const number = Number(top);
  if (Number.isInteger(number) && number > 0) return Math.min(number, pageSize);
  throw badRequest('InvalidTopInQueryString', `The value '${top}' of $top is not valid.`);
}

function nextLink(request: ArmRequest, value: readonly JsonObject[]): string {
  const url = new URL(request.url);
  url.searchParams.delete('$skipToken');
  url.searchParams.set(
    '$skiptoken',
    Buffer.from(scalarText(value.at(-1)?.id).toLowerCase()).toString('base64url'),
  );
  return url.href;
}

function summary(resource: Resource, expand: readonly string[]): JsonObject {
  const { properties, systemData, ...rest } = resource;
  return {
    ...rest,
    createdTime: expand.includes('createdTime') ? systemData?.createdAt : undefined,
    changedTime: expand.includes('changedTime') ? systemData?.lastModifiedAt : undefined,
    provisioningState: expand.includes('provisioningState')
      ? (properties?.provisioningState ?? 'Succeeded')
      : undefined,
  };
}
