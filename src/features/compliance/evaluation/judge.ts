import {
  type EvaluationInput,
  type Explanation,
  evaluate,
  explain,
  type Outcome,
  overriddenEffect,
  type RelatedLookup,
} from '#features/policy/index.ts';
import type { Pair } from '../plan/pair.ts';
import type { Candidate, SegmentPlan, Subject } from '../plan/segmentPlan.ts';
import type { State } from './outcomes.ts';

/** A resource, and all that its evaluation may ask for. */
export type Case = {
  readonly document: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
  readonly group: unknown;
  readonly subscription: unknown;
  /** ISO 8601. */
  readonly utcNow: string;
  readonly related: RelatedLookup;
};

/** The states of a resource by pair code; what does not apply is not in it. */
export function judge(plan: SegmentPlan, of: Case): Map<string, State> {
  const states = new Map<string, State>();
  for (const candidate of plan.candidates(of.subject)) {
    const { state } = outcomeOf(candidate, plan, of);
    if (state !== 'notApplicable') states.set(candidate.pair.code, state);
  }
  return states;
}

/** The outcome of one pair; a definition that does not compile is an error, never nothing. */
export function outcomeOf(candidate: Candidate, plan: SegmentPlan, of: Case): Outcome {
  const { rule } = candidate.pair;
  if (!rule.ok) return { state: 'error', effect: '', expression: 'policyRule', reason: rule.reason };
  return evaluate(rule.policy, toInput(candidate, plan, of));
}

export type Reasoning = {
  readonly pair: Pair;
  readonly outcome: Outcome;
  readonly explanation: Explanation | undefined;
};

/** The outcome of one pair with its reasons. */
export function explainOutcome(candidate: Candidate, plan: SegmentPlan, of: Case): Reasoning {
  const { pair } = candidate;
  if (!pair.rule.ok) return { pair, outcome: outcomeOf(candidate, plan, of), explanation: undefined };
  const explanation = explain(pair.rule.policy, toInput(candidate, plan, of));
  return { pair, outcome: explanation.outcome, explanation };
}

function toInput({ pair, reaching }: Candidate, plan: SegmentPlan, of: Case): EvaluationInput {
  const { rule } = pair;
  if (!rule.ok) throw new TypeError(`${pair.code} cannot be evaluated: ${rule.reason}`);
  const { overrides } = pair.assignment;
  const selectable = {
    ...of.subject,
    ...(pair.referenceId !== undefined && { definitionReferenceId: pair.referenceId }),
  };
  const effect = overrides.length === 0 ? undefined : overriddenEffect(overrides, selectable);
  return {
    resource: of.document,
    parameters: rule.parameters,
    related: of.related,
    context: {
      utcNow: of.utcNow,
      ...(of.group !== undefined && { resourceGroup: of.group }),
      ...(of.subscription !== undefined && { subscription: of.subscription }),
      ...(rule.context && { policy: rule.context }),
    },
    ...(reaching.exemptions.length > 0 && { exemptions: plan.exemptionsFor(reaching, of.subject) }),
    ...(effect !== undefined && { effect }),
  };
}
