import type { Json } from '../estate/model.ts';
import { isEmpty, textOf, toDate, type Value } from './value.ts';

export type FunctionContext = { readonly now: number };
type ScalarFunction = (values: readonly Value[], context: FunctionContext) => Value;

/** Scalar functions of the Kusto subset. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  tolower: ([value]) => textOf(value).toLowerCase(),
  toupper: ([value]) => textOf(value).toUpperCase(),
  tostring: ([value]) => textOf(value),
  toint: ([value]) => wholeNumber(value),
  tolong: ([value]) => wholeNumber(value),
  todouble: ([value]) => number(value),
  tobool: ([value]) => (typeof value === 'boolean' ? value : textOf(value).toLowerCase() === 'true'),
  todatetime: ([value]) => toDate(value),
  datetime: ([value]) => toDate(value),
  now: (_values, context) => new Date(context.now),
  ago: ([span], context) => new Date(context.now - (number(span) ?? 0)),
  isempty: ([value]) => isEmpty(value),
  isnotempty: ([value]) => !isEmpty(value),
  isnull: ([value]) => value === null || value === undefined,
  isnotnull: ([value]) => value !== null && value !== undefined,
  not: ([value]) => value !== true,
  strlen: ([value]) => textOf(value).length,
  strcat: (values) => values.map(textOf).join(''),
  split: ([value, separator]) => textOf(value).split(textOf(separator)),
  array_length: ([value]) => (Array.isArray(value) ? value.length : null),
  bag_keys: ([value]) => (value !== null && typeof value === 'object' ? Object.keys(value) : null),
  coalesce: (values) => values.find((value) => !isEmpty(value)) ?? null,
  iff: ([condition, yes, no]) => (condition === true ? yes : no),
  iif: ([condition, yes, no]) => (condition === true ? yes : no),
  parse_json: ([value]) => (typeof value === 'string' ? parseJson(value) : value),
};

function number(value: Value): number | null {
  if (isEmpty(value)) return null;
  const result = Number(textOf(value));
  return Number.isNaN(result) ? null : result;
}

function wholeNumber(value: Value): number | null {
  const result = number(value);
  return result === null ? null : Math.trunc(result);
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
