import { activeExemption } from '../assignment/exemptions.ts';
import type { CompiledPolicy } from '../definition/policy.ts';
import type { Program } from '../definition/program.ts';
import { isSubscription, outOfScope } from '../definition/scope.ts';
import type { Effect } from '../effects/effect.ts';
import { findEffect } from '../effects/registry.ts';
import { isRelatedDetails } from '../effects/related.ts';
import { ExpressionFault, type Fault, failure, shown } from '../expressions/fault.ts';
import { isObject, type Json, type JsonObject, readKey, readKeyOf } from '../json/json.ts';
import type { PolicyContext, Run } from '../run.ts';
import type { EvaluationInput } from './input.ts';
import { compliant, nonCompliant, notApplicable, type Outcome } from './outcome.ts';
import { findRelated, type RelatedFinding } from './related.ts';

/** An evaluation and what it went through, for those who ask why. */
export interface Evaluation {
  readonly outcome: Outcome;
  /** Whether the rule's `if` held (and, for …IfNotExists, nothing satisfied it): the effect would act. */
  readonly fires: boolean;
  /** Null where the policy was put aside before its conditions were looked at. */
  readonly program: Program | null;
  readonly run: Run | null;
  readonly effect: Effect | null;
  /** What an …IfNotExists policy looked for, where it got that far. */
  readonly related?: RelatedFinding;
}

const NO_CONTEXT: PolicyContext = Object.freeze({});
const OTHER_TYPE = notApplicable('the policy is about other resource types');
const NOT_APPLICABLE = notApplicable('the type, name or kind conditions do not hold');
const IF_FALSE = notApplicable('the if condition does not hold');
const DISABLED = notApplicable('the effect is disabled');
const NO_LOCATION = notApplicable('a location condition is never applicable to a subscription');

/**
 * Evaluates a compiled policy against one resource.
 * Pure: reads no clock and changes nothing; the same input gives the same outcome.
 * @example
 * const outcome = evaluate(policy, { resource, parameters: { effect: 'Audit' }, context: { utcNow } });
 * if (outcome.state === 'nonCompliant') remember(outcome.effect);
 */
export function evaluate(policy: CompiledPolicy, input: EvaluationInput): Outcome {
  const type = lowerType(input.resource);
  if (policy.types !== null && !policy.types.has(type)) return OTHER_TYPE;
  return conduct(policy, input, type).outcome;
}

/** Evaluates and keeps what was used on the way. */
export function evaluateFully(policy: CompiledPolicy, input: EvaluationInput): Evaluation {
  const type = lowerType(input.resource);
  if (policy.types !== null && !policy.types.has(type)) return aside(OTHER_TYPE);
  return conduct(policy, input, type);
}

function aside(outcome: Outcome): Evaluation {
  return { outcome, fires: false, program: null, run: null, effect: null };
}

/** Lower-case types by spelling: an estate has few, and asks for them often. */
const lowerTypes = new Map<string, string>();

function lowerType(resource: unknown): string {
  const type = isObject(resource) ? readKey(resource, 'type', 'type') : undefined;
  if (typeof type !== 'string') return '';
  const known = lowerTypes.get(type);
  if (known !== undefined) return known;
  if (lowerTypes.size > 10_000) lowerTypes.clear();
  const lower = type.toLowerCase();
  lowerTypes.set(type, lower);
  return lower;
}

function conduct(policy: CompiledPolicy, input: EvaluationInput, type: string): Evaluation {
  if (policy.inapplicable !== null) return aside(notApplicable(policy.inapplicable));
  if (policy.mode.kind === 'dataPlane') return aside(elsewhere(policy, policy.mode.name));
  const reason = anyDocument(policy, type) ? null : outOfScope(policy.mode, type, policy.aliases);
  if (reason !== null) return aside(notApplicable(reason));
  const program = policy.programFor(type, apiVersionOf(input));
  const run = startRun(program, input);
  let effect: Effect | null = null;
  try {
    effect = effectOf(program, input, run);
    return { ...decide({ program, run, effect, input, type }), program, run, effect };
  } catch (caught) {
    if (!(caught instanceof ExpressionFault)) throw caught;
    return { outcome: faulty(caught.fault, effect), fires: false, program, run, effect };
  }
}

function anyDocument(policy: CompiledPolicy, type: string): boolean {
  return type === '' || policy.semantics.resourceScope === 'anyDocument';
}

function elsewhere(policy: CompiledPolicy, mode: string): Outcome {
  const effect = policy.effects[0]?.name ?? '';
  const reason = `${mode} policies are evaluated by their resource provider, not from ARM documents`;
  return { state: 'needsData', effect, missing: [`mode.${mode}`], reason };
}

function apiVersionOf(input: EvaluationInput): string | undefined {
  const requested = input.context?.requestContext?.apiVersion;
  if (requested !== undefined) return requested;
  const own = isObject(input.resource) ? readKeyOf(input.resource, 'apiVersion') : undefined;
  return typeof own === 'string' ? own : undefined;
}

function startRun(program: Program, input: EvaluationInput): Run {
  const resource = input.resource as Json;
  return {
    document: resource,
    resource,
    bound: program.bind(input.parameters as JsonObject | undefined),
    context: input.context ?? NO_CONTEXT,
    frames: [],
    iterations: 1,
    work: 0,
    fault: null,
  };
}

function effectOf(program: Program, input: EvaluationInput, run: Run): Effect {
  const name = input.effect ?? program.effect.evaluate(run);
  const effect = typeof name === 'string' ? findEffect(name) : undefined;
  if (effect === undefined) throw failure(`${shown(name)} is not an effect`);
  return effect;
}

interface Decision {
  readonly program: Program;
  readonly run: Run;
  readonly effect: Effect;
  readonly input: EvaluationInput;
  readonly type: string;
}

type Decided = Pick<Evaluation, 'outcome' | 'fires' | 'related'>;

function quiet(outcome: Outcome): Decided {
  return { outcome, fires: false };
}

function decide(decision: Decision): Decided {
  const { program, run, effect, type } = decision;
  if (effect.evaluation === 'never') return quiet(DISABLED);
  if (program.applicability.asksLocation && isSubscription(type)) return quiet(NO_LOCATION);
  if (effect.evaluation === 'related') return decideRelated(decision);
  if (!program.applicability.test(run))
    return quiet(run.fault === null ? NOT_APPLICABLE : faulty(run.fault, effect));
  const exempt = exemptOutcome(decision);
  if (exempt !== null) return quiet(exempt);
  const holds = program.condition.test(run);
  if (run.fault !== null) return quiet(faulty(run.fault, effect));
  return { outcome: outcomeOf(decision, holds), fires: holds };
}

/** The outcome of a rule without related resources. */
function outcomeOf({ effect, input }: Decision, holds: boolean): Outcome {
  if (!holds) return compliant(effect.name);
  if (effect.evaluation === 'condition') return nonCompliant(effect.name);
  if (effect.evaluation === 'action') return compliant(effect.name);
  if (effect.evaluation === 'attestation') return attested(effect, input);
  const reason = `${effect.name} is carried out elsewhere`;
  return { state: 'needsData', effect: effect.name, missing: [`effect.${effect.name}`], reason };
}

function attested(effect: Effect, input: EvaluationInput): Outcome {
  if (input.attestation === 'Compliant') return compliant(effect.name);
  if (input.attestation === 'NonCompliant') return nonCompliant(effect.name);
  return {
    state: 'needsData',
    effect: effect.name,
    missing: ['attestation'],
    reason: 'nobody has attested yet',
  };
}

/** …IfNotExists: applicable exactly when the whole `if` holds. */
function decideRelated(decision: Decision): Decided {
  const { program, run, effect, input } = decision;
  const holds = program.condition.test(run);
  if (run.fault !== null) return quiet(faulty(run.fault, effect));
  if (!holds) return quiet(IF_FALSE);
  const exempt = exemptOutcome(decision);
  if (exempt !== null) return quiet(exempt);
  const details = program.detailsFor(effect);
  if (!isRelatedDetails(details)) throw failure('then.details does not say what to look for');
  const related = findRelated(details, input.related, run);
  if (related.exists) return { outcome: compliant(effect.name), fires: false, related };
  if (run.fault !== null) return { outcome: faulty(run.fault, effect), fires: false, related };
  return { outcome: nonCompliant(effect.name), fires: true, related };
}

function exemptOutcome({ effect, input }: Decision): Outcome | null {
  if (input.exemptions === undefined || input.exemptions.length === 0) return null;
  const exemption = activeExemption(input.exemptions, {
    utcNow: input.context?.utcNow,
    definitionReferenceId: input.context?.policy?.definitionReferenceId,
  });
  return exemption === undefined ? null : { state: 'exempt', effect: effect.name, exemption };
}

function faulty(fault: Fault, effect: Effect | null): Outcome {
  const name = effect?.name ?? '';
  if (fault.kind === 'needsData')
    return { state: 'needsData', effect: name, missing: [fault.subject], reason: fault.reason };
  return { state: 'error', effect: name, expression: fault.subject, reason: fault.reason };
}
