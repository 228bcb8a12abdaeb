import { ExpressionFault, failure } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import type { Run } from '../run.ts';
import type { PolicySemantics } from '../semantics.ts';
import { findOperator } from './registry.ts';

/**
 * A condition operator applied to two values.
 * @throws ExpressionFault when the operator cannot compare them.
 */
export function argumentHolds(name: string, args: readonly Json[], semantics: PolicySemantics): boolean {
  const [left, right = null] = args;
  const predicate = findOperator(name)?.prepare(right, semantics);
  if (predicate === undefined || typeof predicate === 'string')
    throw failure(`${name}(): ${predicate ?? 'no such operator'}`);
  const run = scratchRun();
  const holds = predicate(left, run);
  if (run.fault !== null) throw new ExpressionFault(run.fault);
  return holds;
}

function scratchRun(): Run {
  return {
    document: null,
    resource: null,
    bound: { values: [], open: {}, memo: [] },
    context: {},
    frames: [],
    iterations: 1,
    work: 0,
    fault: null,
  };
}
