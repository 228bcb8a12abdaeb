import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '#features/policy/index.ts';
import { isObject, mergePatch, mergePatchBetween } from './mergePatch.ts';

/** One request that changes a resource. Each may be made twice and does no harm. */
export type Write =
  /** `PATCH {id}/providers/Microsoft.Resources/tags/default`. */
  | { readonly kind: 'tags'; readonly operation: 'Merge' | 'Delete'; readonly tags: JsonObject }
  /** `PATCH {id}` with a JSON Merge Patch; `PUT` of the whole document where the provider takes no PATCH. */
  | { readonly kind: 'patch'; readonly body: JsonObject };

/**
 * The fewest requests that lead from one document to another: tags by the tags API (which leaves the others alone and
 * asks for the role Tag Contributor only), the rest by one merge patch.
 */
export function writesBetween(before: JsonObject, after: JsonObject): Write[] {
  const { tags, ...rest } = mergePatchBetween(before, after);
  const changes = tagChanges(tags, before.tags);
  const hasRest = Object.keys(rest).length > 0;
  return [
    ...(hasRest ? [{ kind: 'patch', body: rest } as const] : []),
    ...(Object.keys(changes.set).length > 0
      ? [{ kind: 'tags', operation: 'Merge', tags: changes.set } as const]
      : []),
    ...(Object.keys(changes.removed).length > 0
      ? [{ kind: 'tags', operation: 'Delete', tags: changes.removed } as const]
      : []),
  ];
}

/** Tags that a patch sets, and those that it removes with the values that they have. */
function tagChanges(patch: unknown, before: unknown): { set: JsonObject; removed: JsonObject } {
  const old = isObject(before) ? before : {};
  const entries = Object.entries(isObject(patch) ? patch : {});
  const all = patch === null ? Object.keys(old).map((key) => [key, null] as const) : entries;
  return {
    set: Object.fromEntries(all.filter(([, value]) => value !== null)),
    removed: Object.fromEntries(
      all.filter(([, value]) => value === null).map(([key]) => [key, old[key] ?? '']),
    ),
  };
}

/** The document as it is once the requests have been made. */
export function afterWrites(document: JsonObject, writes: readonly Write[]): JsonObject {
  return writes.reduce<JsonObject>((current, write) => {
    const patch = write.kind === 'patch' ? write.body : { tags: tagPatch(write) };
    const next = mergePatch(current, patch);
    return isObject(next) ? next : current;
  }, document);
}

function tagPatch({ operation, tags }: Extract<Write, { kind: 'tags' }>): JsonObject {
  return operation === 'Merge'
    ? tags
    : Object.fromEntries(Object.keys(tags).map((name) => [name, null] as const));
}

/** Whether nothing is left to be done. */
export function holds(document: JsonObject, writes: readonly Write[]): boolean {
  return isDeepStrictEqual(comparable(document), comparable(afterWrites(document, writes)));
}

/** Whether two documents are the same but for what Azure changes by itself. */
export function isSame(left: JsonObject, right: JsonObject): boolean {
  return isDeepStrictEqual(comparable(left), comparable(right));
}

/** Whether a document is another one, with none, some or all of the requests made. */
export function isOnTheWay(current: JsonObject, before: JsonObject, writes: readonly Write[]): boolean {
  return isSame(afterWrites(current, writes), afterWrites(before, writes));
}

const VOLATILE = new Set(['etag', 'systemdata', 'provisioningstate', 'changedtime', 'createdtime']);

/** The document without what changes with every write or by itself; empty tags are none. */
export function comparable(document: JsonObject): JsonObject {
  const { tags, properties, ...rest } = document;
  const own = isObject(properties) ? steady(properties) : properties;
  return {
    ...steady(rest),
    ...(isObject(tags) && Object.keys(tags).length > 0 && { tags }),
    ...(own !== undefined && { properties: own }),
  };
}

function steady(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !VOLATILE.has(key.toLowerCase())));
}

const READ_ONLY = new Set(['id', 'name', 'type', 'apiversion', ...VOLATILE]);

/** What a PUT of the document takes: without what Resource Manager or the provider says. Source: ARM RPC, "PUT resource". */
export function writable({ properties, ...document }: JsonObject): JsonObject {
  const entries = Object.entries(document).filter(([key]) => !READ_ONLY.has(key.toLowerCase()));
  return {
    ...Object.fromEntries(entries),
    ...(isObject(properties) && { properties: steady(properties) }),
  };
}
