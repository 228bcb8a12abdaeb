import type { JsonObject } from '../../estate/model.ts';
import { resources } from '../../graph/tables/resources.ts';
import type { Row } from '../../state/row.ts';
import type { World } from '../../world.ts';
import { type ArmRequest, type ArmResponse, ok, type Parameters, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const PROVIDER = 'subscriptions/{subscription}/providers/microsoft.resourcehealth';
const pageSize = 500;
const defaultMilliseconds = 3 * 86_400_000;

/** Resource Health and Service Health. */
export const resourceHealthRoutes: readonly Route[] = [
  { method: 'GET', path: `${PROVIDER}/availabilitystatuses`, handle: listStatuses },
  { method: 'GET', path: `${PROVIDER}/events`, handle: listEvents },
];

async function listStatuses(
  request: ArmRequest,
  world: World,
  { subscription = '' }: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, subscription);
  const { estate, log, health } = world;
  const now = Date.now();
  const token = parameter(request, '$skiptoken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const table = resources({ estate, log, subscriptionIds: [id], now, lagMilliseconds: 0 });
  const value: JsonObject[] = [];
  for await (const batch of table.read(after)) {
    for (const { resource, key } of batch as readonly Row[]) {
      value.push(...[health.statusOf(resource, now)].filter((status) => status !== undefined));
      if (value.length === pageSize) return ok({ value, nextLink: nextLink(request, key) });
    }
  }
  return ok({ value });
}

function listEvents(request: ArmRequest, world: World, { subscription = '' }: Parameters): ArmResponse {
  const { id } = findSubscription(world, subscription);
  const now = Date.now();
  const asked = Date.parse(parameter(request, 'queryStartTime') ?? '');
  const since = Number.isNaN(asked) ? now - defaultMilliseconds : asked;
  return ok({ value: world.health.eventsOf(id, { since, now }) });
}

function nextLink(request: ArmRequest, key: string): string {
  const url = new URL(request.url);
  url.searchParams.delete('$skipToken');
  url.searchParams.set('$skiptoken', Buffer.from(key).toString('base64url'));
  return url.href;
}
