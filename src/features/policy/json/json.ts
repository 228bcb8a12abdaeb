/** A parsed JSON value. The engine reads documents, it never changes them. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; keys are compared ignoring case wherever Azure does so. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What a path selects: a value, or undefined where there is none. */
export type Selected = Json | undefined;

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value of `key`, ignoring case when the exact spelling is absent.
 * @param lower `key` in lower case, computed once by the caller.
 */
export function readKey(object: JsonObject, key: string, lower: string): Selected {
  const exact = object[key];
  if (exact !== undefined && Object.hasOwn(object, key)) return exact;
  const found = spellingOf(object, lower);
  return found === undefined ? undefined : object[found];
}

/** The spelling under which a document holds a lower-case key, or undefined. */
export function spellingOf(object: JsonObject, lower: string): string | undefined {
  for (const key in object) {
    if (key.length === lower.length && key.toLowerCase() === lower) return key;
  }
  return undefined;
}

/** The value of a key in any casing. */
export function readKeyOf(object: JsonObject, key: string): Selected {
  return readKey(object, key, key.toLowerCase());
}

/** The name Azure's errors use for a value's type. */
export function typeName(value: Selected): string {
  if (value === undefined || value === null) return 'null';
  if (isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value;
}

/** A scalar as text; '' for everything else. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
