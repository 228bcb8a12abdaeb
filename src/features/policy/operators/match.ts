import { fold } from '../text/fold.ts';
import { matchesMask } from '../text/mask.ts';
import type { Operator } from './operator.ts';
import { overText, rightText } from './textual.ts';

/** A mask: `#` a digit, `?` a letter, `.` any character; by case. */
export const match: Operator = {
  name: 'match',
  negation: 'notMatch',
  phrase: 'matches',
  negatedPhrase: 'does not match',
  prepare(right, semantics) {
    const mask = rightText(right);
    return mask === null ? 'expected a text' : overText((text) => matchesMask(text, mask), semantics);
  },
};

/** The same mask, ignoring case. */
export const matchInsensitively: Operator = {
  name: 'matchInsensitively',
  negation: 'notMatchInsensitively',
  phrase: 'matches (ignoring case)',
  negatedPhrase: 'does not match (ignoring case)',
  prepare(right, semantics) {
    const mask = rightText(right);
    if (mask === null) return 'expected a text';
    const folded = fold(mask);
    return overText((text) => matchesMask(fold(text), folded), semantics);
  },
};
