import type { JsonObject } from '../json/json.ts';
import { type ProblemList, report } from '../problems.ts';

/** What parsing a block of conditions shares: where problems go, how many conditions there were, how deep it is. */
export interface ConditionParse {
  readonly problems: ProblemList;
  /** Conditions so far, and how many the block may have. */
  readonly totals: { conditions: number; readonly limit: number };
  readonly depth: number;
}

/** The spellings of an object's keys; keys that differ by case only are reported. */
export function keysByLowerCase(json: JsonObject, path: string, problems: ProblemList): Map<string, string> {
  const keys = new Map<string, string>();
  for (const key of Object.keys(json)) {
    const lower = key.toLowerCase();
    if (keys.has(lower)) report(problems, 'duplicateKey', { path, reason: `${key} is given twice` });
    keys.set(lower, key);
  }
  return keys;
}
