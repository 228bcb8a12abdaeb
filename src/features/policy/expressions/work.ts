import { limits } from '../limits.ts';
import type { Run } from '../run.ts';
import { rejection } from './fault.ts';

/**
 * Adds to what an evaluation has cost, so that a rule over a huge document ends with an error and not with the process.
 * @throws ExpressionFault beyond `limits.evaluationWork`
 */
export function spend(run: Run, cost: number): void {
  run.work += cost;
  if (run.work > limits.evaluationWork)
    throw rejection(`the evaluation takes more than ${limits.evaluationWork} steps`);
}
