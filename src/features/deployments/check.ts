import type { DocumentJudgement } from '#features/compliance/index.ts';
import type { Json, JsonObject, TraceNode } from '#features/policy/index.ts';
import type { ExpandedResource } from '#features/templates/index.ts';
import type { Finding } from './schema.ts';

/** Evaluates what is assigned where each document would stand; one judgement a document, in their order. */
export type EvaluateDocuments = (
  tenantId: string,
  documents: readonly JsonObject[],
) => Promise<readonly DocumentJudgement[]>;

type Reasoning = DocumentJudgement['reasonings'][number];
export type Checked = Pick<ExpandedResource, 'id' | 'document' | 'apiVersion' | 'unknown'>;

/**
 * What the policies say of the resources of a template. A violation that rests on a value which only the deployment
 * can tell is `unknown`, not `denied`: Azure Policy judges it again at the write.
 */
export async function checkResources(
  evaluate: EvaluateDocuments,
  tenantId: string,
  resources: readonly Checked[],
): Promise<Finding[]> {
  const judgements = await evaluate(
    tenantId,
    resources.map(({ document, apiVersion }) => ({ ...document, apiVersion })),
  );
  return resources.flatMap((resource, index) => {
    const { reasonings = [], deniedBy = [] } = judgements[index] ?? {};
    return reasonings.flatMap((reasoning) => {
      const outcome = outcomeOf(reasoning, deniedBy.includes(reasoning), resource);
      return outcome ? [toFinding(reasoning, outcome, resource)] : [];
    });
  });
}

function outcomeOf(
  { outcome, explanation }: Reasoning,
  isDenied: boolean,
  resource: Checked,
): Finding['outcome'] | undefined {
  if (outcome.state === 'needsData') return 'unknown';
  if (outcome.state !== 'nonCompliant' && outcome.state !== 'error') return undefined;
  const trace = explanation?.trace;
  if (resource.unknown.length > 0 && trace && readsExpression(trace)) return 'unknown';
  if (isDenied) return 'denied';
  return outcome.state === 'error' ? 'error' : 'violation';
}

/** Whether a condition read what stands for a value that only the deployment can tell. */
function readsExpression(node: TraceNode): boolean {
  return node.kind === 'leaf' ? isExpression(node.actual ?? null) : node.of.some(readsExpression);
}

function isExpression(actual: Json): boolean {
  if (typeof actual === 'string') return actual.startsWith('[') && actual.endsWith(']');
  return typeof actual === 'object' && actual !== null && Object.values(actual).some(isExpression);
}

function toFinding(
  { pair, outcome: judged, explanation }: Reasoning,
  outcome: Finding['outcome'],
  { id }: Checked,
): Finding {
  const { definition, assignment } = pair;
  const displayName = definition?.document.properties.displayName;
  return {
    resource_id: id,
    policy_id: definition?.id ?? '',
    policy_name: typeof displayName === 'string' ? displayName : (definition?.document.name ?? ''),
    assignment_id: assignment.assignmentId,
    effect: 'effect' in judged ? judged.effect : '',
    severity: definition?.severity ?? 'medium',
    outcome,
    reason: explanation?.sentence ?? ('reason' in judged ? judged.reason : ''),
  };
}
