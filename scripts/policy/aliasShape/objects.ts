import { isRecord } from '../cases/caseFile.ts';

export type Mutable = Record<string, unknown>;

/** The spelling of a key in an object, ignoring case. */
export function spelling(object: Mutable, key: string): string | undefined {
  if (Object.hasOwn(object, key)) return key;
  const lower = key.toLowerCase();
  return Object.keys(object).find((each) => each.toLowerCase() === lower);
}

export function read(object: Mutable, key: string): unknown {
  const found = spelling(object, key);
  return found === undefined ? undefined : object[found];
}

/** The value at a dotted path, ignoring case; undefined where a step is no object. */
export function readDotted(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isRecord(value) ? read(value, key) : undefined), object);
}

/** Sets a dotted path, making objects on the way; gives up where a step is something else. */
export function writeDotted(object: Mutable, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = object;
  for (const key of keys) {
    at[key] ??= {};
    const next = at[key];
    if (!isRecord(next)) return;
    at = next;
  }
  at[last] = value;
}

/** Removes what a dotted path names. */
export function removeDotted(object: Mutable, path: string): void {
  const at = path.lastIndexOf('.');
  const parent = at < 0 ? object : readDotted(object, path.slice(0, at));
  const key = isRecord(parent) ? spelling(parent, path.slice(at + 1)) : undefined;
  if (isRecord(parent) && key !== undefined) delete parent[key];
}

/** Visits the member objects of nested arrays, each named by a dotted path below the one before. */
export function eachMember(
  object: unknown,
  chain: readonly string[],
  visit: (member: Mutable) => void,
): void {
  const [name, ...rest] = chain;
  if (!isRecord(object)) return;
  if (name === undefined) {
    visit(object);
    return;
  }
  const array = readDotted(object, name);
  if (!Array.isArray(array)) return;
  for (const member of array) eachMember(member, rest, visit);
}
