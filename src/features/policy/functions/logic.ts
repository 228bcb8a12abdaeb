import { failure } from '../expressions/fault.ts';
import { deepEqual } from '../json/equal.ts';
import { isArray, isObject, type Json, readKeyOf } from '../json/json.ts';
import { compareExactly } from '../text/collate.ts';
import { findIgnoringCase } from '../text/insensitive.ts';
import { boolean, number, text } from './arguments.ts';
import { argument, MANY, type PlainFunction } from './function.ts';
import { indexIn } from './values.ts';

/** Comparisons and logic over template values. */
export const logicFunctions: readonly PlainFunction[] = [
  comparison('less', (order) => order < 0),
  comparison('lessOrEquals', (order) => order <= 0),
  comparison('greater', (order) => order > 0),
  comparison('greaterOrEquals', (order) => order >= 0),
  { name: 'equals', arity: [2, 2], call: (args) => deepEqual(argument(args, 0), argument(args, 1)) },
  { name: 'contains', arity: [2, 2], call: contains },
  { name: 'not', arity: [1, 1], call: (args) => !boolean(args, 'not') },
  {
    name: 'and',
    arity: [2, MANY],
    call: (args) => args.map((_, i) => boolean(args, 'and', i)).every(Boolean),
  },
  { name: 'or', arity: [2, MANY], call: (args) => args.map((_, i) => boolean(args, 'or', i)).some(Boolean) },
  { name: 'bool', arity: [1, 1], call: toBoolean },
  { name: 'true', arity: [0, 0], call: () => true },
  { name: 'false', arity: [0, 0], call: () => false },
  { name: 'null', arity: [0, 0], call: () => null },
];

/** Two texts by culture and case, or two numbers; anything else is an error. */
function comparison(name: string, holds: (order: number) => boolean): PlainFunction {
  return {
    name,
    arity: [2, 2],
    call(args) {
      if (isText(argument(args, 0)) && isText(argument(args, 1))) {
        return holds(compareExactly(text(args, name), text(args, name, 1)));
      }
      return holds(number(args, name) - number(args, name, 1));
    },
  };
}

function isText(value: Json): boolean {
  return value === null || typeof value === 'string';
}

function contains(args: readonly Json[]): Json {
  const container = argument(args, 0);
  if (isObject(container)) return readKeyOf(container, text(args, 'contains', 1)) !== undefined;
  if (isArray(container)) return indexIn(container, argument(args, 1)) >= 0;
  return findIgnoringCase(text(args, 'contains'), text(args, 'contains', 1)) >= 0;
}

function toBoolean(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word !== 'true' && word !== 'false') throw failure('bool(): expected true, false or a number');
  return word === 'true';
}
