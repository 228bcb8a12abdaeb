import { failure, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json, type JsonObject, spellingOf } from '../json/json.ts';
import { array, integer, text } from './arguments.ts';
import { argument, MANY, type PlainFunction } from './function.ts';
import { canonicalText, distinct } from './values.ts';

/** Functions over arrays, objects and strings as collections. */
export const collectionFunctions: readonly PlainFunction[] = [
  { name: 'length', arity: [1, 1], call: (args) => sizeOf(argument(args, 0), 'length') },
  { name: 'empty', arity: [1, 1], call: (args) => sizeOf(argument(args, 0), 'empty') === 0 },
  { name: 'first', arity: [1, 1], call: (args) => memberAt(argument(args, 0), 'first', 0) },
  { name: 'last', arity: [1, 1], call: (args) => memberAt(argument(args, 0), 'last', -1) },
  { name: 'take', arity: [2, 2], call: (args) => cut('take', args, (count) => [0, count]) },
  { name: 'skip', arity: [2, 2], call: (args) => cut('skip', args, (count) => [count, undefined]) },
  { name: 'array', arity: [1, 1], call: (args) => toArray(argument(args, 0)) },
  { name: 'flatten', arity: [1, 1], call: (args) => array(args, 'flatten').flat() },
  { name: 'createArray', arity: [0, MANY], call: (args) => [...args] },
  { name: 'coalesce', arity: [1, MANY], call: (args) => args.find((arg) => arg !== null) ?? null },
  { name: 'intersection', arity: [2, MANY], call: intersection },
  { name: 'union', arity: [2, MANY], call: union },
  { name: 'indexFromEnd', arity: [2, 2], call: indexFromEnd },
  { name: 'tryIndexFromEnd', arity: [2, 2], call: tryIndexFromEnd },
];

function sizeOf(value: Json, name: string): number {
  if (value === null) return 0;
  if (typeof value === 'string' || isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw failure(`${name}(): ${shown(value)} has no length`);
}

function memberAt(value: Json, name: string, index: number): Json {
  if (value === null) return null;
  if (isArray(value)) return value.at(index) ?? null;
  if (typeof value === 'string') return value.at(index) ?? '';
  throw failure(`${name}(): expected an array or a string, but got ${shown(value)}`);
}

/** Start and end of what is kept. */
type Span = readonly [number, number | undefined];

function cut(name: string, args: readonly Json[], span: (count: number) => Span): Json {
  const [start, end] = span(Math.max(0, integer(args, name, 1)));
  const value = argument(args, 0);
  if (value === null) return null;
  return isArray(value) ? value.slice(start, end) : text(args, name).slice(start, end);
}

function toArray(value: Json): Json {
  return isArray(value) ? value : [value];
}

function intersection(args: readonly Json[]): Json {
  if (args.every(isArray)) return commonMembers(args);
  if (args.every(isObject)) return commonEntries(args);
  throw failure('intersection(): expected only arrays or only objects');
}

function commonMembers(arrays: readonly (readonly Json[])[]): Json {
  const [first = [], ...rest] = arrays;
  const others = rest.map((other) => new Set(other.map(canonicalText)));
  return distinct(first).filter((member) => others.every((other) => other.has(canonicalText(member))));
}

function commonEntries(objects: readonly JsonObject[]): Json {
  const [first = {}, ...rest] = objects;
  const kept = Object.entries(first).filter(([key, value]) =>
    rest.every((other) => {
      const same = Object.hasOwn(other, key) ? other[key] : undefined;
      return same !== undefined && canonicalText(same) === canonicalText(value);
    }),
  );
  return Object.fromEntries(kept);
}

function union(args: readonly Json[]): Json {
  if (args.every(isArray)) return distinct(args.flat());
  if (args.every(isObject)) return args.reduce((merged, next) => mergeDeeply(merged, next));
  throw failure('union(): expected only arrays or only objects');
}

/** Later values win; objects are merged, keys compared ignoring case. */
function mergeDeeply(into: JsonObject, from: JsonObject): JsonObject {
  const merged = new Map(Object.entries(into));
  for (const [key, value] of Object.entries(from)) {
    const spelling = merged.has(key) ? key : (spellingOf(into, key.toLowerCase()) ?? key);
    const known = merged.get(spelling);
    const both = isObject(known) && isObject(value);
    merged.set(spelling, both ? mergeDeeply(known, value) : value);
  }
  return Object.fromEntries(merged);
}

function indexFromEnd(args: readonly Json[]): Json {
  const members = array(args, 'indexFromEnd');
  const index = integer(args, 'indexFromEnd', 1);
  const value = index < 1 ? undefined : members[members.length - index];
  if (value === undefined) throw failure(`indexFromEnd(): index ${index} is out of bounds`);
  return value;
}

function tryIndexFromEnd(args: readonly Json[]): Json {
  const members = argument(args, 0);
  const index = argument(args, 1);
  if (!isArray(members) || typeof index !== 'number' || index < 1) return null;
  return members[members.length - index] ?? null;
}
