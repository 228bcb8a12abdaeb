import type { Json, Selected } from '../json/json.ts';
import type { PolicySemantics } from '../semantics.ts';
import type { Matcher } from '../text/glob.ts';
import { scalarText } from '../text/scalars.ts';
import type { Predicate } from './operator.ts';

/** The text of a right side, or null where it has none. */
export function rightText(right: Json): string | null {
  return right === null || typeof right === 'object' ? null : scalarText(right);
}

/** A predicate over the text of a value: "" where it is missing or null (Azure), false for objects and arrays. */
export function overText(matches: Matcher, semantics: PolicySemantics): Predicate {
  const missing = semantics.missingValue === 'emptyString' && matches('');
  return (left: Selected) => {
    if (typeof left === 'string') return matches(left);
    if (left === undefined || left === null) return missing;
    return typeof left === 'object' ? false : matches(scalarText(left));
  };
}
