import type { Json, Selected } from '../json/json.ts';
import type { Run } from '../run.ts';
import type { PolicySemantics } from '../semantics.ts';

/** Whether a selected value satisfies a condition. It may note a fault; the result then means nothing. */
export type Predicate = (left: Selected, run: Run) => boolean;

/** A condition operator. Its negation is derived, not written. */
export interface Operator {
  readonly name: string;
  /** The name of the operator that holds exactly when this one does not. */
  readonly negation?: string;
  /** As read in a sentence: "is", "is one of". */
  readonly phrase: string;
  /** The negation in a sentence. */
  readonly negatedPhrase: string;
  /** Whether its predicates may note a fault. */
  readonly mayFail?: boolean;
  /** Looks at the right side once. @returns why it cannot be one, as a text, where it cannot */
  readonly prepare: (right: Json, semantics: PolicySemantics) => Predicate | string;
}
