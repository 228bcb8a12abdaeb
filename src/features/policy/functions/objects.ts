import { selectProperty } from '../expressions/access.ts';
import { failure, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json } from '../json/json.ts';
import { object, text } from './arguments.ts';
import { argument, MANY, type PlainFunction } from './function.ts';

/** Functions over objects. */
export const objectFunctions: readonly PlainFunction[] = [
  { name: 'createObject', arity: [0, MANY], call: createObject },
  { name: 'items', arity: [1, 1], call: items },
  { name: 'objectKeys', arity: [1, 1], call: (args) => sortedKeys(args, 'objectKeys') },
  { name: 'shallowMerge', arity: [1, 1], call: shallowMerge },
  { name: 'tryGet', arity: [2, MANY], call: tryGet },
  { name: 'json', arity: [1, 1], call: parse },
];

function createObject(args: readonly Json[]): Json {
  if (args.length % 2 !== 0) throw failure('createObject(): expected an even number of arguments');
  const entries = new Map<string, Json>();
  for (let i = 0; i < args.length; i += 2) {
    const key = text(args, 'createObject', i);
    if (entries.has(key)) throw failure(`createObject(): the key ${shown(key)} is given twice`);
    entries.set(key, argument(args, i + 1));
  }
  return Object.fromEntries(entries);
}

function sortedKeys(args: readonly Json[], name: string): string[] {
  const byUpperCase = (left: string, right: string) => (left.toUpperCase() < right.toUpperCase() ? -1 : 1);
  return Object.keys(object(args, name)).sort(byUpperCase);
}

function items(args: readonly Json[]): Json {
  const source = object(args, 'items');
  return sortedKeys(args, 'items').map((key) => ({ key, value: source[key] ?? null }));
}

function shallowMerge(args: readonly Json[]): Json {
  const parts = argument(args, 0);
  if (!Array.isArray(parts) || !parts.every(isObject))
    throw failure('shallowMerge(): expected an array of objects');
  return Object.assign({}, ...parts);
}

/** The first step may fail (null); the steps after it must not. */
function tryGet(args: readonly Json[]): Json {
  const [root = null, first = null, ...rest] = args;
  if (typeof first !== 'string' && typeof first !== 'number') {
    throw failure(`tryGet(): ${shown(first)} is neither a property nor an index`);
  }
  const found = selectProperty(root, first) ?? null;
  return found === null ? null : rest.reduce<Json>(step, found);
}

function step(from: Json, key: Json): Json {
  const value = selectProperty(from, key);
  if (value === undefined) throw failure(`tryGet(): ${shown(from)} has no property ${shown(key)}`);
  return value;
}

function parse(args: readonly Json[]): Json {
  if (argument(args, 0) === null) return {};
  return parseJson(text(args, 'json'), 'json');
}

/** @throws ExpressionFault when the text is not JSON, or holds a number beyond what a double can */
export function parseJson(source: string, name: string): Json {
  const value = parsed(source);
  if (value === undefined) throw failure(`${name}(): the text is not JSON`);
  if (holdsInfinity(value)) throw failure(`${name}(): a number is too large`);
  return value;
}

function parsed(source: string): Json | undefined {
  try {
    return JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
}

/** Without recursion: the text may nest deeply. */
function holdsInfinity(value: Json): boolean {
  const stack: Json[] = [value];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'number' && !Number.isFinite(next)) return true;
    if (isArray(next)) for (const each of next) stack.push(each);
    else if (isObject(next)) for (const each of Object.values(next)) stack.push(each);
  }
  return false;
}
