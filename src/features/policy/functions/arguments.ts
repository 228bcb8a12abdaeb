import { failure, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json/json.ts';
import { argument } from './function.ts';

/** Which argument of which function, for messages. */
export interface ArgumentPlace {
  readonly name: string;
  readonly index: number;
}

function wrong(place: ArgumentPlace, wanted: string, given: Json) {
  return failure(`${place.name}(): argument ${place.index + 1} must be ${wanted}, but is ${shown(given)}`);
}

/** Text, or null (which Azure's text functions take for ""). @throws ExpressionFault otherwise */
export function text(args: readonly Json[], name: string, index = 0): string {
  const value = argument(args, index);
  if (typeof value === 'string') return value;
  if (value === null) return '';
  throw wrong({ name, index }, 'a string', value);
}

/** A string that is really there. @throws ExpressionFault otherwise */
export function string(args: readonly Json[], name: string, index = 0): string {
  const value = argument(args, index);
  if (typeof value === 'string') return value;
  throw wrong({ name, index }, 'a string', value);
}

/** A whole number. @throws ExpressionFault otherwise */
export function integer(args: readonly Json[], name: string, index = 0): number {
  const value = argument(args, index);
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw wrong({ name, index }, 'an integer', value);
}

/** A number. @throws ExpressionFault otherwise */
export function number(args: readonly Json[], name: string, index = 0): number {
  const value = argument(args, index);
  if (typeof value === 'number') return value;
  throw wrong({ name, index }, 'a number', value);
}

/** true or false. @throws ExpressionFault otherwise */
export function boolean(args: readonly Json[], name: string, index = 0): boolean {
  const value = argument(args, index);
  if (typeof value === 'boolean') return value;
  throw wrong({ name, index }, 'a boolean', value);
}

/** An array. @throws ExpressionFault otherwise */
export function array(args: readonly Json[], name: string, index = 0): readonly Json[] {
  const value = argument(args, index);
  if (isArray(value)) return value;
  throw wrong({ name, index }, 'an array', value);
}

/** An object. @throws ExpressionFault otherwise */
export function object(args: readonly Json[], name: string, index = 0): JsonObject {
  const value = argument(args, index);
  if (isObject(value)) return value;
  throw wrong({ name, index }, 'an object', value);
}
