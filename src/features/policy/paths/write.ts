import { isArray, isObject, type Json, type JsonObject, spellingOf } from '../json/json.ts';
import type { Segment } from './parse.ts';

/** What to do with the place a path names; undefined removes it. */
export type Change = (current: Json | undefined) => Json | undefined;

/**
 * A copy of a document with every place a path names changed. Parents of a set value are created
 * (as objects); nothing is created where the value stays undefined. Stars reach all members.
 */
export function changeAt(
  document: Json | undefined,
  path: readonly Segment[],
  change: Change,
): Json | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return change(document);
  if (segment.kind === 'members') return changeMembers(document, rest, change);
  if (segment.kind === 'index') return changeMember(document, segment.index, { rest, change });
  return changeKey(isObject(document) ? document : undefined, segment, { rest, change });
}

interface Below {
  readonly rest: readonly Segment[];
  readonly change: Change;
}

function changeMembers(
  document: Json | undefined,
  rest: readonly Segment[],
  change: Change,
): Json | undefined {
  if (!isArray(document)) return document;
  return document.flatMap((member) => {
    const next = changeAt(member, rest, change);
    return next === undefined ? [] : [next];
  });
}

function changeMember(document: Json | undefined, index: number, below: Below): Json | undefined {
  if (!isArray(document) || index >= document.length) return document;
  const next = changeAt(document[index], below.rest, below.change);
  return next === undefined ? document.filter((_, i) => i !== index) : document.with(index, next);
}

function changeKey(
  object: JsonObject | undefined,
  segment: Extract<Segment, { kind: 'key' }>,
  below: Below,
): JsonObject | undefined {
  const key = (object === undefined ? undefined : spellingOf(object, segment.lower)) ?? segment.key;
  const current = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  const next = changeAt(current, below.rest, below.change);
  if (next === undefined) {
    if (object === undefined || current === undefined) return object;
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  }
  return Object.fromEntries([...Object.entries(object ?? {}).filter(([name]) => name !== key), [key, next]]);
}
