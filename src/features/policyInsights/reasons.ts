import type { PolicyState } from './azure.ts';

/** A condition of a policy, and what it came to. */
export type Condition = {
  /** Where it stands: a JSON path in the definition (ours), or the expression (Azure’s). */
  readonly condition: string;
  /** Field or alias, and where that stands in the document; null where the condition is about neither. */
  readonly field: string;
  readonly path: string | null;
  readonly operator: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly result: boolean;
};

/** Why a side judges as it does. */
export type Reason = {
  readonly sentence: string;
  readonly conditions: readonly Condition[];
  /** For …IfNotExists: how many related resources there were. */
  readonly related: number | null;
};

/** What compliance tells of a resource and a policy, as far as it is used here. */
export type OurExplanation = {
  readonly assignmentId: string;
  readonly referenceId: string | null;
  readonly sentence: string;
  /** Conditions that the evaluation reached, nested (`of`) below allOf, anyOf, not. */
  readonly trace: unknown;
  readonly related: unknown;
};

const MOST_CONDITIONS = 50;
/** A value that is longer, as JSON, is cut off. */
const LONGEST_VALUE = 2_000;

export function ourReason({ sentence, trace, related }: OurExplanation): Reason {
  const found = Object(related).found as unknown;
  return {
    sentence,
    conditions: leavesOf(trace).slice(0, MOST_CONDITIONS).map(toCondition),
    related: typeof found === 'number' ? found : null,
  };
}

/** What Azure evaluated (`policyEvaluationDetails`); undefined where it does not say. */
export function theirReason({ policyEvaluationDetails, ...state }: PolicyState): Reason | undefined {
  if (!policyEvaluationDetails) return undefined;
  const { evaluatedExpressions, ifNotExistsDetails } = policyEvaluationDetails;
  const conditions = evaluatedExpressions.slice(0, MOST_CONDITIONS).map(
    (each): Condition => ({
      condition: each.expression ?? '',
      field: each.expression ?? each.path ?? '',
      path: each.path ?? null,
      operator: each.operator ?? '',
      expected: bounded(each.targetValue),
      actual: bounded(each.expressionValue),
      result: each.result?.toLowerCase() === 'true',
    }),
  );
  const related = ifNotExistsDetails?.totalResources ?? null;
  return { sentence: sentenceOf(state, conditions, related), conditions, related };
}

function sentenceOf(
  { complianceState, policyDefinitionAction }: Omit<PolicyState, 'policyEvaluationDetails'>,
  conditions: readonly Condition[],
  related: number | null,
): string {
  const facts = conditions.map(({ field, operator, expected, actual, result }) => {
    const shown = `${field} ${operator} ${JSON.stringify(expected)}`;
    return `${shown} is ${result} (it is ${actual === undefined ? 'not set' : JSON.stringify(actual)})`;
  });
  const found = related === null ? [] : [`${related} related resources were looked at`];
  const effect = policyDefinitionAction ? `, effect ${policyDefinitionAction}` : '';
  const because = [...facts, ...found].join(', ');
  return `Azure Policy says ${complianceState ?? 'nothing'}${effect}${because && `: ${because}`}`;
}

type Node = Readonly<Record<string, unknown>>;

function leavesOf(trace: unknown): Node[] {
  if (typeof trace !== 'object' || trace === null) return [];
  const { of } = trace as { of?: unknown };
  return Array.isArray(of) ? of.flatMap(leavesOf) : [trace as Node];
}

function toCondition({ path, subject, property, operator, expected, actual, result }: Node): Condition {
  return {
    condition: typeof path === 'string' ? path : '',
    field: typeof subject === 'string' ? subject : '',
    path: typeof property === 'string' ? property : null,
    operator: typeof operator === 'string' ? operator : '',
    expected: bounded(expected),
    actual: bounded(actual),
    result: result === true,
  };
}

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined || text.length <= LONGEST_VALUE ? value : `${text.slice(0, LONGEST_VALUE)}…`;
}
