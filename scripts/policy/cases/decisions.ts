import {
  azureSemantics,
  type PolicySemantics,
  regorusSemantics,
} from '../../../src/features/policy/cases.ts';
import type { RunnableCase } from './suite.ts';

/** Why this project reads the language as it does, by option. */
export const reasons: Readonly<Record<keyof PolicySemantics, string>> = {
  missingArray:
    'X[*] of a missing array is an empty collection, of which every condition holds (documentation)',
  likeQuestionMark: '? is a literal character in like (documentation)',
  orderingMismatch:
    'ordering values of different types, or a missing one, is an evaluation error (documentation)',
  numberEquality: 'a number equals a text only when it is written the same (linter)',
  missingValue: 'a missing value is compared as "" (linter)',
  templateEquals: 'the function equals() is deep and case-sensitive (linter)',
  templateContains: 'the function contains() compares members deeply and by case (linter)',
  aliasPath: 'an alias has the path of the requested API version (ARM)',
  nullOperand: 'a null computed for the right side fails the evaluation (linter)',
  functions:
    "functions take Azure's arguments and fail on others; policy rules may not call dateTime… (linter, documentation)",
  resourceScope: 'a rule is put only to resources that its mode evaluates (documentation)',
};

/**
 * The decisions that explain why a case fails under Azure's semantics: a smallest set of options that, read as regorus
 * reads them, make it pass.
 * @returns null when even all of them together do not
 */
export function explainDisagreement(runnable: RunnableCase): (keyof PolicySemantics)[] | null {
  const passes = (semantics: PolicySemantics) => runnable.run(semantics).verdict === 'passed';
  if (!passes(regorusSemantics)) return null;
  let semantics = regorusSemantics;
  const needed: (keyof PolicySemantics)[] = [];
  for (const option of Object.keys(reasons) as (keyof PolicySemantics)[]) {
    const without = { ...semantics, [option]: azureSemantics[option] };
    if (passes(without)) semantics = without;
    else needed.push(option);
  }
  return needed;
}
