import type { Json } from '../estate/model.ts';
import { findType } from '../estate/registry.ts';
import { resources } from '../graph/tables/resources.ts';
import { parentId, parseResourceId } from '../state/ids.ts';
import type { Row } from '../state/row.ts';
import type { World } from '../world.ts';
import { checkTypeVersion, servingType } from './apiVersion.ts';
import { readChild } from './embedded.ts';
import { type ArmRequest, type ArmResponse, ok, parameter } from './http.ts';
import { findGroup, findSubscription } from './scope.ts';
import { parentNotFound } from './target.ts';

/** All resources of one type in a subscription, a group, or below a parent, as each provider lists its own. */
export type Collection = {
  readonly subscriptionId: string;
  readonly group: string | undefined;
  readonly type: string;
  /** The parent's id, for child types. */
  readonly parent: string | undefined;
};

const pageSize = 1000;

/** Reads `…/providers/{namespace}/{type}` and `…/{parent}/{childType}`; undefined for the id of one resource. */
export function findCollection(request: ArmRequest, world: World): Collection | undefined {
  const id = `/${request.segments.join('/')}/x`;
  const parsed = parseResourceId(id);
  if (parsed === undefined || servingType(parsed.type) === undefined) return undefined;
  const subscription = findSubscription(world, parsed.subscriptionId);
  const group = parsed.group === '' ? undefined : findGroup(world, subscription, parsed.group).name;
  checkTypeVersion(parsed.type, request.query.get('api-version') ?? '', 'global');
  const parent = parentId(id);
  if (parent !== undefined && world.estate.get(parent) === undefined) throw parentNotFound(parsed, parent);
  return {
    subscriptionId: subscription.id,
    group: group?.toLowerCase(),
    type: parsed.type.toLowerCase(),
    parent,
  };
}

/** Lists a collection with whole documents, 1,000 a page. */
export async function listCollection(
  request: ArmRequest,
  world: World,
  collection: Collection,
): Promise<ArmResponse> {
  if (findType(collection.type) === undefined) return ok({ value: embedded(world, collection) });
  const token = parameter(request, '$skiptoken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const { estate, log } = world;
  const { subscriptionId, group, type, parent } = collection;
  const below = parent === undefined ? '' : `${parent.toLowerCase()}/`;
  const table = resources({
    estate,
    log,
    subscriptionIds: [subscriptionId],
    now: Date.now(),
    lagMilliseconds: 0,
  });
  const found: Row[] = [];
  for await (const batch of table.read(after)) {
    for (const row of batch as readonly Row[]) {
      const isInScope = (group === undefined || row.scope.groupKey === group) && row.key.startsWith(below);
      if (isInScope && row.resource.type.toLowerCase() === type) found.push(row);
    }
    if (found.length > pageSize) break;
  }
  const page = found.slice(0, pageSize);
  const value = page.map((row) => row.resource);
  const last = page.at(-1);
  if (found.length <= pageSize || last === undefined) return ok({ value });
  const next = new URL(request.url);
  next.searchParams.set('$skiptoken', Buffer.from(last.key).toString('base64url'));
  return ok({ value, nextLink: next.href });
}

function embedded(world: World, collection: Collection): readonly unknown[] {
  const parent = world.estate.get(collection.parent ?? '');
  const serving = servingType(collection.type);
  const segment = serving?.child;
  if (parent === undefined || segment === undefined) return [];
  const items: Json = parent.properties?.[serving?.definition.embedded?.[segment] ?? ''];
  if (!Array.isArray(items)) return [];
  return (items as readonly { readonly name: string }[]).map(({ name }) =>
    readChild({ parent, segment, name }),
  );
}
