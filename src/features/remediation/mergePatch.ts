import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '#features/policy/index.ts';

/** A document with a JSON Merge Patch applied. Source: RFC 7396, section 2. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** The smallest JSON Merge Patch that leads from one document to another; empty where they are equal. */
export function mergePatchBetween(before: JsonObject, after: JsonObject): JsonObject {
  const changed = Object.entries(after).flatMap(([key, value]) => {
    const old = before[key];
    if (isDeepStrictEqual(old, value)) return [];
    const isNested = isObject(old) && isObject(value);
    return [[key, isNested ? mergePatchBetween(old, value) : value] as const];
  });
  const removed = Object.keys(before).filter((key) => after[key] === undefined);
  return Object.fromEntries([...changed, ...removed.map((key) => [key, null] as const)]);
}

/** Paths that a merge patch sets or removes, dotted. */
export function pathsOf(patch: JsonObject, above = ''): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = above === '' ? key : `${above}.${key}`;
    return isObject(value) && Object.keys(value).length > 0 ? pathsOf(value, path) : [path];
  });
}

/** A text as it is; the other where it is none. */
export function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
