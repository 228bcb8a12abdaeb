import type { Json, JsonObject } from '../estate/model.ts';

/** JSON Merge Patch (RFC 7396) over a document. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = mergePatch(base[key], value);
  }
  return merged;
}

export function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function objectOr(value: Json, fallback: JsonObject | undefined): JsonObject | undefined {
  return isObject(value) ? value : fallback;
}
