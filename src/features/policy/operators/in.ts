import { isArray, type Json, type Selected } from '../json/json.ts';
import type { Run } from '../run.ts';
import type { PolicySemantics } from '../semantics.ts';
import { fold, foldedIn } from '../text/fold.ts';
import { scalarText } from '../text/scalars.ts';
import { prepareEquals } from './equals.ts';
import type { Operator, Predicate } from './operator.ts';

/** Equality with one of several values. */
export const isIn: Operator = {
  name: 'in',
  negation: 'notIn',
  phrase: 'is one of',
  negatedPhrase: 'is none of',
  prepare(right, semantics) {
    if (semantics.numberEquality === 'numeric') return anyEqual(isArray(right) ? right : [right], semantics);
    return isArray(right) ? inSet(right, semantics) : 'expected an array';
  },
};

function inSet(values: readonly Json[], semantics: PolicySemantics): Predicate {
  const texts = new Set<string>();
  for (const value of values) {
    if (value === null) texts.add('');
    else if (typeof value !== 'object') texts.add(fold(scalarText(value)));
  }
  const missing = semantics.missingValue === 'emptyString' ? texts.has('') : values.includes(null);
  return (left) => {
    if (typeof left === 'string') return foldedIn(left, texts);
    if (left === undefined) return missing;
    if (left === null) return texts.has('');
    if (typeof left === 'object') return false;
    return texts.has(typeof left === 'boolean' ? String(left) : fold(scalarText(left)));
  };
}

function anyEqual(values: readonly Json[], semantics: PolicySemantics): Predicate {
  const predicates = values.map((value) => prepareEquals(value, semantics)).filter(isPredicate);
  return (left: Selected, run: Run) => predicates.some((predicate) => predicate(left, run));
}

function isPredicate(prepared: Predicate | string): prepared is Predicate {
  return typeof prepared !== 'string';
}
