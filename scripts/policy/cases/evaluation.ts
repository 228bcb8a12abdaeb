import {
  type AliasTable,
  compileDefinition,
  describeEffect,
  type EvaluationInput,
  evaluateFully,
  type PolicySemantics,
} from '../../../src/features/policy/cases.ts';
import { type CaseResult, failed, isRecord, type LabelledCase, passed } from './caseFile.ts';
import { sameJson } from './compare.ts';

/** The surroundings that regorus' test host supplies where a case names none. */
const defaultContext = {
  resourceGroup: { name: 'myResourceGroup', location: 'eastus' },
  subscription: { subscriptionId: '00000000-0000-0000-0000-000000000000' },
};

/** What the cases of a file share. */
export interface EvaluationSettings {
  readonly shared: Readonly<Record<string, unknown>>;
  readonly aliases: AliasTable | null;
  readonly semantics: PolicySemantics;
}

/** Runs a case that compiles a definition or rule and, where it has a resource, evaluates it. */
export function runEvaluationCase(labelled: LabelledCase, settings: EvaluationSettings): CaseResult {
  const { aliases, semantics } = settings;
  const options = { semantics, barePaths: true, ...(aliases === null ? {} : { aliases }) };
  const compiled = compileDefinition(sourceOf(labelled, settings), options);
  if (labelled.want_parse_error === true || labelled.want_compile_error === true) {
    return compiled.ok ? failed('compiled, but an error was expected') : passed;
  }
  if (!compiled.ok)
    return failed(
      `did not compile: ${compiled.problems.map((each) => `${each.path} ${each.reason}`).join('; ')}`,
    );
  if (!('want_effect' in labelled) && labelled.want_undefined !== true) return passed;
  const evaluation = evaluateFully(compiled.policy, inputOf(labelled));
  const wanted = typeof labelled.want_effect === 'string' ? labelled.want_effect.toLowerCase() : null;
  const { state } = evaluation.outcome;
  if (wanted === null) {
    const silent = !evaluation.fires && state !== 'error' && state !== 'needsData';
    return silent
      ? passed
      : failed(`expected nothing to fire, but got ${JSON.stringify(evaluation.outcome)}`);
  }
  if (!evaluation.fires || evaluation.effect?.name.toLowerCase() !== wanted) {
    return failed(`expected ${wanted}, but got ${JSON.stringify(evaluation.outcome)}`);
  }
  return checkDetails(labelled.want_details, describeEffect(evaluation)?.details ?? null);
}

function sourceOf(labelled: LabelledCase, { shared }: EvaluationSettings): unknown {
  return labelled.policy_definition ?? labelled.policy_rule ?? shared.policy_definition ?? shared.policy_rule;
}

function inputOf(labelled: LabelledCase): EvaluationInput {
  const given: Record<string, unknown> = isRecord(labelled.context) ? labelled.context : defaultContext;
  const request = isRecord(labelled.request_context) ? labelled.request_context : given.requestContext;
  const apiVersion = typeof labelled.api_version === 'string' ? { apiVersion: labelled.api_version } : {};
  const asked = request !== undefined || 'apiVersion' in apiVersion;
  const requestContext = asked
    ? { requestContext: { ...(isRecord(request) ? request : {}), ...apiVersion } }
    : {};
  return {
    resource: labelled.resource ?? {},
    parameters: isRecord(labelled.parameters) ? labelled.parameters : {},
    context: { ...given, ...requestContext },
    related: lookupFrom(labelled.host_await),
  };
}

/** Answers are given in the order in which the rule asks. */
function lookupFrom(hostAwait: unknown): NonNullable<EvaluationInput['related']> {
  const answers: unknown[] = Array.isArray(hostAwait) ? [...hostAwait] : [];
  return () => {
    const answer = answers.shift();
    if (!isRecord(answer)) return 'unknown';
    const { response } = answer;
    if (response === null || response === undefined) return [];
    return Array.isArray(response) ? response : [response];
  };
}

/** Details may hold more than the case asks for. */
function checkDetails(wanted: unknown, given: unknown): CaseResult {
  if (wanted === undefined) return passed;
  const holds =
    isRecord(wanted) && isRecord(given)
      ? Object.entries(wanted).every(([key, value]) => sameJson(value, given[key]))
      : sameJson(wanted, given);
  return holds
    ? passed
    : failed(`expected details ${JSON.stringify(wanted)}, but got ${JSON.stringify(given)}`);
}
