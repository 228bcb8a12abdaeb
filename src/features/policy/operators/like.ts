import { fold } from '../text/fold.ts';
import { compileGlob, compileGlobWithSingles } from '../text/glob.ts';
import type { Operator } from './operator.ts';
import { overText, rightText } from './textual.ts';

/** A whole text with `*` standing for any part of it, ignoring case. */
export const like: Operator = {
  name: 'like',
  negation: 'notLike',
  phrase: 'is like',
  negatedPhrase: 'is not like',
  prepare(right, semantics) {
    const pattern = rightText(right);
    if (pattern === null) return 'expected a text';
    const compile = semantics.likeQuestionMark === 'literal' ? compileGlob : compileGlobWithSingles;
    const matches = compile(fold(pattern));
    return overText((text) => matches(fold(text)), semantics);
  },
};
