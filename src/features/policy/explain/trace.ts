import type { CompiledCondition, CompiledLeaf } from '../conditions/compiled.ts';
import type { CompiledPolicy } from '../definition/policy.ts';
import { type Evaluation, evaluateFully } from '../evaluation/evaluate.ts';
import type { EvaluationInput } from '../evaluation/input.ts';
import type { Outcome } from '../evaluation/outcome.ts';
import { ExpressionFault, type Fault } from '../expressions/fault.ts';
import type { Selected } from '../json/json.ts';
import { type Run, takeFault } from '../run.ts';

/** What one condition came to. Conditions that the evaluation did not reach are left out. */
export type TraceNode =
  | {
      readonly kind: 'allOf' | 'anyOf' | 'not';
      readonly path: string;
      readonly result: boolean;
      readonly of: readonly TraceNode[];
    }
  | TraceLeaf;

export interface TraceLeaf {
  readonly kind: 'leaf';
  /** JSON path in the definition. */
  readonly path: string;
  /** What the condition is about: a field, an alias, an expression, a count. */
  readonly subject: string;
  /** Where the subject stands in the ARM document; absent for expressions and counts of values. */
  readonly property?: string;
  readonly operator: string;
  readonly expected: Selected;
  readonly actual: Selected;
  readonly result: boolean;
  /** Why the condition could not be judged. */
  readonly fault?: string;
}

/** An outcome and the conditions that led to it. */
export interface Trace {
  readonly outcome: Outcome;
  /** Null where the policy was put aside before its conditions were looked at. */
  readonly trace: TraceNode | null;
}

/** Evaluates a policy and records each condition: alias and path, operator, expected, actual. */
export function trace(policy: CompiledPolicy, input: EvaluationInput): Trace {
  return traceOf(evaluateFully(policy, input));
}

/** The trace of an evaluation that has been made. */
export function traceOf(evaluation: Evaluation): Trace {
  const { outcome, program, run } = evaluation;
  if (program === null || run === null) return { outcome, trace: null };
  run.work = 0;
  return { outcome, trace: traceCondition(program.condition, run) };
}

/** Evaluates a condition anew, recording it. Leaves the run without a fault. */
export function traceCondition(condition: CompiledCondition, run: Run): TraceNode {
  if (condition.kind === 'leaf') return traceLeaf(condition, run);
  if (condition.kind === 'not') {
    const inner = traceCondition(condition.of, run);
    return { kind: 'not', path: condition.path, result: !inner.result, of: [inner] };
  }
  const decisive = condition.kind === 'anyOf';
  const of: TraceNode[] = [];
  for (const each of condition.of) {
    const node = traceCondition(each, run);
    of.push(node);
    if (node.result === decisive) return { kind: condition.kind, path: condition.path, result: decisive, of };
  }
  return { kind: condition.kind, path: condition.path, result: !decisive, of };
}

function traceLeaf(leaf: CompiledLeaf, run: Run): TraceLeaf {
  const { result, fault } = tested(leaf, run);
  const traced = {
    kind: leaf.kind,
    path: leaf.path,
    subject: quietly(leaf.label, run) ?? '',
    operator: leaf.operator.name,
    expected: quietly(leaf.expected, run),
    actual: quietly(leaf.actual, run),
    result,
  };
  const placed = leaf.property === null ? traced : Object.assign(traced, { property: leaf.property });
  return fault === null ? placed : Object.assign(placed, { fault: fault.reason });
}

function tested(leaf: CompiledLeaf, run: Run): { result: boolean; fault: Fault | null } {
  takeFault(run);
  try {
    const result = leaf.test(run);
    const fault = takeFault(run);
    return { result: fault === null && result, fault };
  } catch (caught) {
    if (caught instanceof ExpressionFault) return { result: false, fault: caught.fault };
    throw caught;
  }
}

/** A value, or undefined where it cannot be worked out. */
export function quietly<Value>(read: (run: Run) => Value, run: Run): Value | undefined {
  try {
    return read(run);
  } catch (caught) {
    if (caught instanceof ExpressionFault) return undefined;
    throw caught;
  }
}
