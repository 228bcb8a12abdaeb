import { failure, shown } from '../expressions/fault.ts';
import { isArray, type Json } from '../json/json.ts';
import { integer, number, text } from './arguments.ts';
import { argument, MANY, type PlainFunction } from './function.ts';

/** Number functions. Arithmetic is over 64-bit integers; what JavaScript cannot hold exactly is an overflow. */
export const numberFunctions: readonly PlainFunction[] = [
  arithmetic('add', (left, right) => left + right),
  arithmetic('sub', (left, right) => left - right),
  arithmetic('mul', (left, right) => left * right),
  arithmetic('div', (left, right) => Math.trunc(left / nonZero('div', right)) + 0),
  arithmetic('mod', (left, right) => (left % nonZero('mod', right)) + 0),
  { name: 'min', arity: [1, MANY], call: (args) => Math.min(...numbers('min', args)) },
  { name: 'max', arity: [1, MANY], call: (args) => Math.max(...numbers('max', args)) },
  { name: 'int', arity: [1, 1], call: toInteger },
  { name: 'float', arity: [1, 1], call: toFloat },
  { name: 'range', arity: [2, 2], call: range },
];

function arithmetic(name: string, compute: (left: number, right: number) => number): PlainFunction {
  return {
    name,
    arity: [2, 2],
    call(args) {
      const result = compute(integer(args, name), integer(args, name, 1));
      if (!Number.isSafeInteger(result)) throw failure(`${name}(): the result does not fit an integer`);
      return result;
    },
  };
}

function nonZero(name: string, divisor: number): number {
  if (divisor === 0) throw failure(`${name}(): division by zero`);
  return divisor;
}

/** The arguments, or the members of the only one. @throws ExpressionFault when there are none or one is no number */
export function numbers(name: string, args: readonly Json[]): number[] {
  const only = args.length === 1 ? argument(args, 0) : null;
  const values = isArray(only) ? only : args;
  if (values.length === 0) throw failure(`${name}(): there is nothing to compare`);
  return values.map((_, i) => number(values, name, i));
}

function toInteger(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const digits = text(args, 'int').trim();
  const result = Number(digits);
  if (!/^[+-]?\d+$/.test(digits) || !Number.isSafeInteger(result)) {
    throw failure(`int(): ${shown(value)} is not an integer`);
  }
  return result;
}

function toFloat(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const digits = typeof value === 'string' ? value.trim() : '';
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(digits))
    throw failure(`float(): ${shown(value)} is not a number`);
  return Number(digits);
}

function range(args: readonly Json[]): Json {
  const start = integer(args, 'range');
  const count = integer(args, 'range', 1);
  if (count < 0 || count > 10_000) throw failure('range(): the count must be between 0 and 10000');
  if (start + count - 1 > 2_147_483_647) throw failure('range(): the last number exceeds 2147483647');
  return Array.from({ length: count }, (_, i) => start + i);
}
