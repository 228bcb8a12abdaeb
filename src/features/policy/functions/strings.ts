import { failure, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json } from '../json/json.ts';
import { limits } from '../limits.ts';
import { splitBy } from '../text/find.ts';
import { fold, toInvariantLower, toInvariantUpper } from '../text/fold.ts';
import { findIgnoringCase, findLastIgnoringCase, replaceIgnoringCase } from '../text/insensitive.ts';
import { array, integer, text } from './arguments.ts';
import { formatFunction } from './format.ts';
import { argument, MANY, type PlainFunction } from './function.ts';
import { indexIn, jsonText } from './values.ts';

/** String functions. Rules: Azure/azure-policy-linter ExpressionBuiltInFunctions.cs; ARM template functions docs. */
export const stringFunctions: readonly PlainFunction[] = [
  { name: 'concat', arity: [1, MANY], call: concat },
  formatFunction,
  { name: 'padLeft', arity: [2, 3], call: padLeft },
  { name: 'replace', arity: [3, 3], call: replace },
  { name: 'toLower', arity: [1, 1], call: (args) => toInvariantLower(text(args, 'toLower')) },
  { name: 'toUpper', arity: [1, 1], call: (args) => toInvariantUpper(text(args, 'toUpper')) },
  { name: 'trim', arity: [1, 1], call: (args) => text(args, 'trim').trim() },
  { name: 'split', arity: [2, 2], call: split },
  { name: 'join', arity: [2, 2], call: join },
  { name: 'substring', arity: [2, 3], call: substring },
  { name: 'indexOf', arity: [2, 2], call: indexOf },
  { name: 'lastIndexOf', arity: [2, 2], call: lastIndexOf },
  {
    name: 'startsWith',
    arity: [2, 2],
    call: (args) => fold(text(args, 'startsWith')).startsWith(fold(text(args, 'startsWith', 1))),
  },
  {
    name: 'endsWith',
    arity: [2, 2],
    call: (args) => fold(text(args, 'endsWith')).endsWith(fold(text(args, 'endsWith', 1))),
  },
  { name: 'string', arity: [1, 1], call: toText },
];

/** Joins arrays when all arguments are arrays; otherwise text, whole numbers and booleans, ignoring nulls. */
function concat(args: readonly Json[]): Json {
  if (args.every(isArray)) return args.flat();
  return args.map(concatPart).join('');
}

function concatPart(part: Json): string {
  if (part === null) return '';
  if (typeof part === 'string') return part;
  if (typeof part === 'boolean') return part ? 'True' : 'False';
  if (typeof part === 'number' && Number.isInteger(part)) return String(part);
  throw failure(`concat(): cannot join ${shown(part)}`);
}

function padLeft(args: readonly Json[]): Json {
  const value = argument(args, 0);
  const width = integer(args, 'padLeft', 1);
  const filler = argument(args, 2) === null ? ' ' : text(args, 'padLeft', 2);
  if (width <= 0 || width > 16)
    throw failure(`padLeft(): the width must be between 1 and 16, but is ${width}`);
  if (filler.length !== 1) throw failure('padLeft(): the padding must be one character');
  const padded = typeof value === 'number' && Number.isInteger(value) ? String(value) : text(args, 'padLeft');
  return padded.padStart(width, filler);
}

function replace(args: readonly Json[]): Json {
  const old = text(args, 'replace', 1);
  if (old === '') throw failure('replace(): the text to replace is empty');
  const by = { next: text(args, 'replace', 2), longest: limits.stringLength };
  const result = replaceIgnoringCase(text(args, 'replace'), old, by);
  if (result === null)
    throw failure(`replace(): the result is longer than ${limits.stringLength} characters`);
  return result;
}

function split(args: readonly Json[]): Json {
  if (argument(args, 0) === null) return [];
  const delimiter = argument(args, 1);
  if (!isArray(delimiter)) return splitBy(text(args, 'split'), text(args, 'split', 1));
  return splitByAny(
    text(args, 'split'),
    delimiter.map((_, i) => text(delimiter, 'split', i)),
  );
}

/** Cuts where any delimiter stands; at one place the first listed wins, as in .NET. */
export function splitByAny(subject: string, delimiters: readonly string[]): string[] {
  const useful = delimiters.filter((delimiter) => delimiter !== '');
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < subject.length; ) {
    const found = useful.find((delimiter) => subject.startsWith(delimiter, at));
    if (found === undefined) {
      at += 1;
      continue;
    }
    parts.push(subject.slice(start, at));
    at += found.length;
    start = at;
  }
  return [...parts, subject.slice(start)];
}

function join(args: readonly Json[]): Json {
  const parts = array(args, 'join');
  return parts.map((_, i) => text(parts, 'join', i)).join(text(args, 'join', 1));
}

function substring(args: readonly Json[]): Json {
  const subject = text(args, 'substring');
  const start = integer(args, 'substring', 1);
  const length = args.length > 2 ? integer(args, 'substring', 2) : subject.length - start;
  if (start < 0 || length < 0 || start > subject.length - length) {
    throw failure(`substring(): ${start} and ${length} reach outside a text of ${subject.length} characters`);
  }
  return subject.slice(start, start + length);
}

function indexOf(args: readonly Json[]): Json {
  const container = argument(args, 0);
  if (container === null) return -1;
  if (isArray(container)) return indexIn(container, argument(args, 1));
  return findIgnoringCase(text(args, 'indexOf'), text(args, 'indexOf', 1));
}

function lastIndexOf(args: readonly Json[]): Json {
  const container = argument(args, 0);
  if (container === null) return -1;
  if (isArray(container)) {
    const fromEnd = indexIn(container.toReversed(), argument(args, 1));
    return fromEnd < 0 ? -1 : container.length - 1 - fromEnd;
  }
  return findLastIgnoringCase(text(args, 'lastIndexOf'), text(args, 'lastIndexOf', 1));
}

function toText(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (isArray(value) || isObject(value)) return jsonText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : text(args, 'string');
}
