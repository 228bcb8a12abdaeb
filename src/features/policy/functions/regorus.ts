import { failure, rejection, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json, wordOf } from '../json/json.ts';
import { limits } from '../limits.ts';
import { find, splitBy } from '../text/find.ts';
import { parseIpRange } from '../text/ip.ts';
import { array, object, string } from './arguments.ts';
import { argument, MANY, type PlainFunction } from './function.ts';
import { parseJson } from './objects.ts';
import { regorusDateFunctions } from './regorusDates.ts';
import { splitByAny } from './strings.ts';
import { canonicalText, jsonText } from './values.ts';

/**
 * Where regorus' library differs from Azure's: arguments are converted more freely, and what fails is undefined.
 * Source: microsoft/regorus, src/builtins/azure_policy/template_functions*.rs and their labelled cases.
 */
export const regorusFunctions: readonly PlainFunction[] = [
  {
    name: 'concat',
    arity: [0, MANY],
    call: (args) => args.map((_, i) => string(args, 'concat', i)).join(''),
  },
  { name: 'toLower', arity: [1, 1], call: (args) => string(args, 'toLower').toLowerCase() },
  { name: 'toUpper', arity: [1, 1], call: (args) => string(args, 'toUpper').toUpperCase() },
  { name: 'trim', arity: [1, 1], call: (args) => string(args, 'trim').trim() },
  { name: 'replace', arity: [3, 3], call: replace },
  { name: 'substring', arity: [2, 3], call: substring },
  { name: 'padLeft', arity: [2, 3], call: padLeft },
  { name: 'split', arity: [2, 2], call: split },
  { name: 'join', arity: [2, 2], call: join },
  { name: 'string', arity: [1, 1], call: toText },
  { name: 'length', arity: [1, 1], call: length },
  { name: 'empty', arity: [1, 1], acceptsMissing: true, call: (args) => isEmpty(argument(args, 0)) },
  { name: 'first', arity: [1, 1], call: (args) => member(argument(args, 0), 0) },
  { name: 'last', arity: [1, 1], call: (args) => member(argument(args, 0), -1) },
  { name: 'take', arity: [2, 2], call: (args) => cut(args, (all, count) => all.slice(0, count)) },
  { name: 'skip', arity: [2, 2], call: (args) => cut(args, (all, count) => all.slice(count)) },
  {
    name: 'coalesce',
    arity: [1, MANY],
    acceptsMissing: true,
    call: (args) => args.find((arg) => arg !== null) ?? null,
  },
  { name: 'createObject', arity: [0, MANY], call: createObject },
  { name: 'items', arity: [1, 1], call: items },
  { name: 'intersection', arity: [1, MANY], call: intersection },
  { name: 'tryGet', arity: [2, 2], acceptsMissing: true, call: tryGet },
  { name: 'indexFromEnd', arity: [2, 2], call: indexFromEnd },
  { name: 'json', arity: [1, 1], call: parse },
  { name: 'startsWith', arity: [2, 2], acceptsMissing: true, call: (args) => affix(args, 'startsWith') },
  { name: 'endsWith', arity: [2, 2], acceptsMissing: true, call: (args) => affix(args, 'endsWith') },
  { name: 'int', arity: [1, 1], call: (args) => Math.trunc(toNumber(argument(args, 0))) },
  { name: 'float', arity: [1, 1], call: (args) => toNumber(argument(args, 0)) },
  { name: 'bool', arity: [1, 1], call: toBoolean },
  { name: 'range', arity: [2, 2], call: range },
  arithmetic('add', (left, right) => left + right),
  arithmetic('sub', (left, right) => left - right),
  arithmetic('mul', (left, right) => left * right),
  { name: 'and', arity: [0, MANY], acceptsMissing: true, call: (args) => args.every((arg) => arg === true) },
  { name: 'or', arity: [0, MANY], acceptsMissing: true, call: (args) => args.some((arg) => arg === true) },
  { name: 'not', arity: [1, 1], acceptsMissing: true, call: (args) => argument(args, 0) !== true },
  { name: 'ipRangeContains', arity: [2, 2], call: ipRangeContains },
  ...regorusDateFunctions,
];

/** Functions of Azure's library that regorus refuses, lower-case. */
export const missingInRegorus: ReadonlySet<string> = new Set(['guid', 'uniquestring']);

function replace(args: readonly Json[]): Json {
  const [subject, old, next] = [
    string(args, 'replace'),
    string(args, 'replace', 1),
    string(args, 'replace', 2),
  ];
  if (old === '') return subject;
  const parts = splitBy(subject, old);
  if ((parts.length - 1) * next.length > limits.stringLength)
    throw failure('replace(): the result is too long');
  return parts.join(next);
}

function substring(args: readonly Json[]): Json {
  const subject = string(args, 'substring');
  const start = toNumber(argument(args, 1));
  const length = args.length > 2 ? toNumber(argument(args, 2)) : -1;
  if (start < 0) throw failure('substring(): the start is negative');
  return length < 0 ? subject.slice(start) : subject.slice(start, start + length);
}

function padLeft(args: readonly Json[]): Json {
  const width = Math.trunc(toNumber(argument(args, 1)));
  if (width < 0 || width > limits.stringLength) throw failure('padLeft(): the width is out of range');
  const filler = argument(args, 2);
  return string(args, 'padLeft').padStart(
    width,
    typeof filler === 'string' && filler !== '' ? filler.charAt(0) : ' ',
  );
}

function split(args: readonly Json[]): Json {
  const delimiters = argument(args, 1);
  if (!isArray(delimiters)) return splitBy(string(args, 'split'), string(args, 'split', 1));
  const words = delimiters.filter((word) => typeof word === 'string');
  return splitByAny(
    string(args, 'split'),
    words.toSorted((left, right) => right.length - left.length),
  );
}

function join(args: readonly Json[]): Json {
  return array(args, 'join')
    .map((part) => (typeof part === 'string' ? part : jsonText(part)))
    .join(string(args, 'join', 1));
}

function toText(args: readonly Json[]): Json {
  const value = argument(args, 0);
  return typeof value === 'string' ? value : jsonText(value);
}

function length(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (typeof value === 'string') return Array.from(value).length;
  if (isArray(value)) return value.length;
  return Object.keys(object(args, 'length')).length;
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function member(value: Json, index: number): Json {
  if (isArray(value)) return value.at(index) ?? null;
  if (typeof value === 'string') return Array.from(value).at(index) ?? '';
  throw failure(`expected an array or a string, but got ${shown(value)}`);
}

function cut(
  args: readonly Json[],
  keep: <Part>(all: readonly Part[], count: number) => readonly Part[],
): Json {
  const wanted = argument(args, 1);
  const count = typeof wanted === 'number' && wanted > 0 ? Math.trunc(wanted) : 0;
  const value = argument(args, 0);
  if (isArray(value)) return keep(value, count);
  return keep(Array.from(string(args, 'take')), count).join('');
}

function createObject(args: readonly Json[]): Json {
  if (args.length % 2 !== 0) throw rejection('createObject: expected an even number of arguments');
  const pairs = args.flatMap((key, i) =>
    i % 2 === 0 ? [[wordOf(key), argument(args, i + 1)] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function items(args: readonly Json[]): Json {
  const source = object(args, 'items');
  return Object.keys(source)
    .sort()
    .map((key) => ({ key, value: source[key] ?? null }));
}

/** As Azure's, but duplicates of the first array stay. */
function intersection(args: readonly Json[]): Json {
  const [first = null, ...rest] = args;
  if (isArray(first)) {
    const others = rest.map((_, i) => new Set(array(rest, 'intersection', i).map(canonicalText)));
    return first.filter((item) => others.every((other) => other.has(canonicalText(item))));
  }
  const others = rest.map((_, i) => object(rest, 'intersection', i));
  const kept = Object.entries(object(args, 'intersection')).filter(([key, value]) =>
    others.every(
      (other) => Object.hasOwn(other, key) && canonicalText(other[key] ?? null) === canonicalText(value),
    ),
  );
  return Object.fromEntries(kept);
}

function tryGet(args: readonly Json[]): Json {
  const [from = null, key = null] = args;
  if (isArray(from)) return typeof key === 'number' ? (from[key] ?? null) : null;
  return isObject(from) && typeof key === 'string' && Object.hasOwn(from, key) ? (from[key] ?? null) : null;
}

function indexFromEnd(args: readonly Json[]): Json {
  const members = array(args, 'indexFromEnd');
  const index = toNumber(argument(args, 1));
  const value = index < 1 ? undefined : members[members.length - index];
  if (value === undefined) throw rejection(`indexFromEnd: index ${index} is out of bounds`);
  return value;
}

function parse(args: readonly Json[]): Json {
  const source = string(args, 'json');
  try {
    return parseJson(source, 'json');
  } catch {
    throw rejection('json(): the text is not JSON');
  }
}

function affix(args: readonly Json[], side: 'startsWith' | 'endsWith'): Json {
  const [subject, part] = [argument(args, 0), argument(args, 1)];
  if (typeof subject !== 'string' || typeof part !== 'string') return false;
  const folded = subject.toUpperCase().toLowerCase();
  return folded[side](part.toUpperCase().toLowerCase());
}

function toNumber(value: Json): number {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw failure(`${shown(value)} is not a number`);
  return number;
}

const booleans: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

function toBoolean(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = booleans[string(args, 'bool').toLowerCase()];
  if (word === undefined) throw failure('bool(): expected true, false, 1 or 0');
  return word;
}

function range(args: readonly Json[]): Json {
  const [start, count] = [Math.trunc(toNumber(argument(args, 0))), Math.trunc(toNumber(argument(args, 1)))];
  if (count < 0) throw failure('range(): the count is negative');
  if (count > 10_000) throw rejection(`range: count (${count}) exceeds maximum of 10000`);
  if (start + count > 2_147_483_647)
    throw rejection('range: startIndex + count exceeds maximum of 2147483647');
  return Array.from({ length: count }, (_, i) => start + i);
}

function arithmetic(name: string, compute: (left: number, right: number) => number): PlainFunction {
  return {
    name,
    arity: [2, 2],
    call(args) {
      const [left, right] = [argument(args, 0), argument(args, 1)];
      if (typeof left !== 'number' || typeof right !== 'number') throw failure(`${name}(): expected numbers`);
      return compute(left, right);
    },
  };
}

function ipRangeContains(args: readonly Json[]): Json {
  const [outer, inner] = [argument(args, 0), argument(args, 1)];
  if (typeof outer !== 'string' || typeof inner !== 'string' || find(outer, '/') < 0) return false;
  const [range, target] = [parseIpRange(outer), parseIpRange(inner)];
  if (range === null || target === null || range.bits !== target.bits) return false;
  return range.first <= target.first && target.last <= range.last;
}
