import type { Json, JsonObject } from '#features/policy/index.ts';

/** What is known only once the deployment runs: the state of a resource, a secret of a vault. */
export class Unknown {
  /** The expression, or where the value comes from. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value of which parts may be unknown. */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [key: string]: Value;
}

/** Raised where an expression needs what is unknown; the whole expression is unknown then. A signal: no stack. */
export class NotKnown {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export function isValueObject(value: Value | undefined): value is ValueObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

export function isValueArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value when all of it is known. @throws NotKnown */
export function known(value: Value): Json {
  if (value instanceof Unknown) throw new NotKnown(value.text);
  if (isValueArray(value)) return value.map(known);
  if (isValueObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]));
  return value;
}

/** A document as it would be sent, unknown parts as their expression, and where these stand. */
export function render(value: Value): { readonly document: Json; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  return { document: renderAt(value, '', unknown), unknown };
}

function renderAt(value: Value, path: string, unknown: string[]): Json {
  if (value instanceof Unknown) {
    unknown.push(path);
    return value.text;
  }
  if (isValueArray(value)) return value.map((item, index) => renderAt(item, `${path}[${index}]`, unknown));
  if (!isValueObject(value)) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, renderAt(inner, path === '' ? key : `${path}.${key}`, unknown)] as const,
  );
  return Object.fromEntries(entries) satisfies JsonObject;
}

/** A property in any casing. */
export function readProperty(object: ValueObject, key: string): Value | undefined {
  if (Object.hasOwn(object, key)) return object[key];
  const lower = key.toLowerCase();
  const spelling = Object.keys(object).find((each) => each.toLowerCase() === lower);
  return spelling === undefined ? undefined : object[spelling];
}

/** A property that is text; '' for all else. */
export function readText(object: ValueObject, key: string): string {
  const value = readProperty(object, key);
  return typeof value === 'string' ? value : '';
}
