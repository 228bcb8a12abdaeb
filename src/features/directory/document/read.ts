import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import type { Attribute } from '../schemas/attribute.ts';
import type { Kind } from '../schemas/kind.ts';
import { byName, resolve, type Target } from '../schemas/path.ts';

/**
 * The attributes of a body that its schema knows and that may be written, in the schema's spelling and types;
 * what is empty or null is unassigned (RFC 7643 section 2.5), what is unknown or read-only is left out (RFC 7644 section 3.3).
 * @throws ScimFailure `invalidValue`
 */
export function readAttributes(kind: Kind, body: Json): Json {
  const result: Record<string, unknown> = {};
  for (const { target, value } of targetsIn(kind, body)) {
    const { extension, attribute, sub } = target;
    if (!attribute || sub || attribute.mutability === 'readOnly') continue;
    const read = readValue(attribute, value, attribute.name);
    if (read === undefined) continue;
    if (!extension) result[attribute.name] = read;
    else result[extension.id] = { ...(result[extension.id] as Json), [attribute.name]: read };
  }
  return result;
}

/** What the names in an object lead to, with their values; the parts of an extension one by one, unknown names not. */
export function targetsIn(kind: Kind, body: Json): { target: Target; value: unknown }[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const target = resolve(kind, name);
    if (!target) return [];
    if (target.attribute) return [{ target, value }];
    if (!isObject(value)) throw invalid(name, 'must be an object');
    return Object.entries(value).flatMap(([inner, member]) => {
      const inside = resolve(kind, `${name}:${inner}`);
      return inside ? [{ target: inside, value: member }] : [];
    });
  });
}

/** @throws ScimFailure `invalidValue` where an attribute that must be there is not, or a list has two primary elements */
export function checkAttributes(kind: Kind, attributes: Json): void {
  const missing = kind.schema.attributes.find(
    ({ name, required }) => required && attributes[name] === undefined,
  );
  if (missing) throw invalid(missing.name, 'is required');
  for (const [name, value] of Object.entries(attributes)) {
    if (Array.isArray(value) && value.filter(isPrimary).length > 1)
      throw invalid(name, 'has more than one primary element');
  }
}

/** A value as its attribute has it, or undefined where it says "unassigned". @throws ScimFailure `invalidValue` */
export function readValue(attribute: Attribute, value: unknown, field: string): unknown {
  if (!attribute.multiValued) return readSingle(attribute, value, field);
  const items = Array.isArray(value) ? value : [value];
  const read = items
    .map((item, index) => readSingle(attribute, item, `${field}[${index}]`))
    .filter((item) => item !== undefined);
  return read.length > 0 ? read : undefined;
}

function readSingle(attribute: Attribute, value: unknown, field: string): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (attribute.type === 'complex') return readComplex(attribute, value, field);
  if (attribute.type === 'boolean') {
    const text = typeof value === 'string' ? value.toLowerCase() : value;
    if (text === true || text === 'true') return true;
    if (text === false || text === 'false') return false;
    throw invalid(field, 'must be true or false');
  }
  if (typeof value !== 'string') throw invalid(field, 'must be a string');
  if (!value.isWellFormed()) throw invalid(field, 'must be valid Unicode');
  return value;
}

/** Entra sends the main part alone, `"manager": "ID"`. */
function readComplex(attribute: Attribute, given: unknown, field: string): Json | undefined {
  const subAttributes = attribute.subAttributes ?? [];
  const value = typeof given === 'string' && byName(subAttributes, 'value') ? { value: given } : given;
  if (!isObject(value)) throw invalid(field, 'must be an object');
  const entries = Object.entries(value).flatMap(([name, member]) => {
    const sub = byName(subAttributes, name);
    if (!sub || sub.mutability === 'readOnly') return [];
    const read = readValue(sub, member, `${field}.${sub.name}`);
    return read === undefined ? [] : [[sub.name, read] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Whether an element of a list is the preferred one. */
export function isPrimary(element: unknown): element is Json {
  return isObject(element) && element.primary === true;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(field: string, reason: string): ScimFailure {
  return new ScimFailure('invalidValue', `${field} ${reason}`);
}
