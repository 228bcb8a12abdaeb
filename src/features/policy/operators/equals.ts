import { deepEqual } from '../json/equal.ts';
import type { Json } from '../json/json.ts';
import type { PolicySemantics } from '../semantics.ts';
import { fold, foldedEquals } from '../text/fold.ts';
import { scalarText } from '../text/scalars.ts';
import type { Operator, Predicate } from './operator.ts';

/**
 * Equality of scalars: as text ignoring case, so 5 equals "5" and true equals "True".
 * Sources: azure-policy-linter equality-check-on-numeric-field, bare-array-field-compared-as-scalar.
 */
export const equals: Operator = {
  name: 'equals',
  negation: 'notEquals',
  phrase: 'is',
  negatedPhrase: 'is not',
  prepare: prepareEquals,
};

/** See {@link equals}. */
export function prepareEquals(right: Json, semantics: PolicySemantics): Predicate | string {
  const numeric = semantics.numberEquality === 'numeric';
  if (typeof right === 'object' && right !== null) {
    return numeric
      ? (left) => left !== undefined && deepEqual(left, right)
      : 'expected a text, a number or a boolean';
  }
  const folded = right === null ? '' : fold(scalarText(right));
  const absent = semantics.missingValue === 'emptyString' ? folded === '' : right === null;
  const number = numberOf(right, numeric);
  const matchesText =
    numeric && typeof right === 'number' ? (left: string) => toNumber(left) === right : null;
  return (left) => {
    if (typeof left === 'string')
      return matchesText === null ? foldedEquals(left, folded) : matchesText(left);
    if (typeof left === 'number') return left === number;
    if (typeof left === 'boolean') return folded === (left ? 'true' : 'false');
    if (left === undefined) return absent;
    return left === null && folded === '';
  };
}

/** The number that the right side equals; NaN when it equals none. */
function numberOf(right: Json, numeric: boolean): number {
  if (typeof right === 'number') return right;
  if (typeof right !== 'string') return Number.NaN;
  const number = toNumber(right);
  return numeric || scalarText(number) === right ? number : Number.NaN;
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
