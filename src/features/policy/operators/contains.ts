import { isArray, isObject, type JsonObject, spellingOf } from '../json/json.ts';
import { find } from '../text/find.ts';
import { fold } from '../text/fold.ts';
import { prepareEquals } from './equals.ts';
import type { Operator } from './operator.ts';
import { overText, rightText } from './textual.ts';

/** Part of a text, member of an array, or key of an object; ignoring case. */
export const contains: Operator = {
  name: 'contains',
  negation: 'notContains',
  phrase: 'contains',
  negatedPhrase: 'does not contain',
  prepare(right, semantics) {
    const text = rightText(right);
    const member = prepareEquals(right, semantics);
    if (text === null || typeof member === 'string') return 'expected a text';
    const folded = fold(text);
    const inText = overText((left) => find(fold(left), folded) >= 0, semantics);
    return (left, run) => {
      if (isArray(left)) return left.some((each) => member(each, run));
      return isObject(left) ? hasKey(left, folded) : inText(left, run);
    };
  },
};

/** A key of an object, ignoring case. */
export const containsKey: Operator = {
  name: 'containsKey',
  negation: 'notContainsKey',
  phrase: 'has the key',
  negatedPhrase: 'does not have the key',
  prepare(right) {
    const text = rightText(right);
    if (text === null) return 'expected a text';
    const folded = fold(text);
    return (left) => isObject(left) && hasKey(left, folded);
  },
};

function hasKey(object: JsonObject, folded: string): boolean {
  return spellingOf(object, folded) !== undefined || Object.keys(object).some((key) => fold(key) === folded);
}
