import type { CompiledPolicy } from '../definition/policy.ts';
import { isRelatedDetails } from '../effects/related.ts';
import { describeEffect, type EffectDescription } from '../evaluation/describe.ts';
import { type Evaluation, evaluate, evaluateFully } from '../evaluation/evaluate.ts';
import type { EvaluationInput } from '../evaluation/input.ts';
import type { Outcome } from '../evaluation/outcome.ts';
import type { Json } from '../json/json.ts';
import { applyChanges, type Change, type PlannedChange } from './change.ts';
import { alternatives } from './plan.ts';
import { type RelatedTrace, traceRelated } from './relatedTrace.ts';
import { sentence } from './sentence.ts';
import { quietly, type TraceNode, traceOf } from './trace.ts';

/** Plans that are tried before giving up. */
const MOST_TRIES = 16;

/** Why an evaluation came out as it did, and what would change it. */
export interface Explanation {
  readonly outcome: Outcome;
  readonly trace: TraceNode | null;
  /** For …IfNotExists: what was looked for, and how each resource found fared with the existence condition. */
  readonly related: RelatedTrace | null;
  /**
   * For a violation, the smallest set of changes to the resource found that makes it comply (each set is tried out);
   * null where there is none, or nothing to change.
   */
  readonly changes: readonly Change[] | null;
  /** What the effect would do; null where it is not known. */
  readonly effect: EffectDescription | null;
  readonly sentence: string;
}

/**
 * Evaluates a policy and explains the outcome. Slower than `evaluate`: conditions are evaluated again and again.
 * @example
 * const { sentence, changes } = explain(policy, { resource });
 * // 'st1 violates "HTTPS only": … To comply, set properties.supportsHttpsTrafficOnly to true.'
 */
export function explain(policy: CompiledPolicy, input: EvaluationInput): Explanation {
  const evaluation = evaluateFully(policy, input);
  const { outcome, trace } = traceOf(evaluation);
  const changes = outcome.state === 'nonCompliant' ? changesFor(policy, input, evaluation) : null;
  const effect = describeEffect(evaluation);
  const related = traceRelated(evaluation);
  const story = { policy, resource: input.resource, outcome, trace, changes, related };
  return { outcome, trace, related, changes, effect, sentence: sentence(story) };
}

function changesFor(
  policy: CompiledPolicy,
  input: EvaluationInput,
  evaluation: Evaluation,
): readonly Change[] | null {
  const { program, run, effect } = evaluation;
  if (program === null || run === null || effect === null) return null;
  if (effect.evaluation === 'related') return creation(evaluation);
  const planning = { run, environment: program.environment, enclosing: [], budget: { steps: 0 } };
  run.work = 0;
  const plans = quietly(() => alternatives(program.condition, false, planning), run) ?? [];
  const cure = plans.slice(0, MOST_TRIES).find((changes) => cures(changes, policy, input));
  return cure?.map(withoutSegments) ?? null;
}

/** Tries the changes on a copy of the resource. */
function cures(changes: readonly PlannedChange[], policy: CompiledPolicy, input: EvaluationInput): boolean {
  const resource = applyChanges(input.resource as Json, changes);
  const { state } = evaluate(policy, { ...input, resource });
  return state === 'compliant' || state === 'notApplicable';
}

function withoutSegments({ action, property, from, to, requirement }: PlannedChange): Change {
  const change = { action, property, from, to };
  return requirement === undefined ? change : { ...change, requirement };
}

/** What an …IfNotExists policy misses is another resource. */
function creation({ program, run, effect }: Evaluation): readonly Change[] | null {
  const details = program === null || effect === null ? null : program.detailsFor(effect);
  if (run === null || details === null || !isRelatedDetails(details)) return null;
  const target = quietly(details.target, run);
  if (target === undefined) return null;
  const condition = details.existence(target.type.toLowerCase());
  const name = target.name === null ? '' : `named ${target.name}`;
  const requirement = [name, condition === null ? '' : 'that meets the existenceCondition']
    .filter(Boolean)
    .join(' ');
  const change: Change = { action: 'create', property: target.type, from: undefined, to: undefined };
  return [requirement === '' ? change : { ...change, requirement }];
}
