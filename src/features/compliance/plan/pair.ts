import { hash } from 'node:crypto';
import type {
  AssignmentRecord,
  DefinitionRecord,
  InitiativeRecord,
  Severity,
} from '#features/governance/index.ts';
import { resourceKey } from '#features/inventory/index.ts';
import type { CompiledPolicy, JsonObject, PolicyContext, RelatedInterest } from '#features/policy/index.ts';

/** An assignment and one policy of it: what a resource is judged by, and what an outcome belongs to. */
export type Pair = {
  /** Names the pair for ever: follows from the assignment's id and the reference. */
  readonly code: string;
  readonly assignment: AssignmentRecord;
  /** Key that the assignment's own counts have. */
  readonly assignmentCode: string;
  readonly initiative: InitiativeRecord | undefined;
  /** Member of the initiative. */
  readonly referenceId: string | undefined;
  /** Undefined where the assignment names what does not exist. */
  readonly definition: DefinitionRecord | undefined;
  readonly rule: Rule;
};

/** A policy with the parameters it is assigned with, or why it cannot be evaluated. */
export type Rule =
  | {
      readonly ok: true;
      readonly policy: CompiledPolicy;
      /** One object a pair: the engine remembers by identity what depends on parameters alone. */
      readonly parameters: JsonObject;
      readonly context: PolicyContext['policy'];
      readonly interest: RelatedInterest | null;
    }
  | { readonly ok: false; readonly reason: string };

/** What findings and counts tell of a pair, kept beside the outcomes so that they can be read without the plan. */
export type PairInfo = {
  readonly code: string;
  readonly assignmentCode: string;
  readonly assignmentId: string;
  readonly assignmentShortId: string;
  readonly assignmentName: string;
  readonly definitionId: string;
  /** Short id. */
  readonly policyId: string;
  readonly policyName: string;
  readonly initiativeId?: string;
  readonly referenceId?: string;
  readonly severity: Severity;
  readonly frameworks: Readonly<Record<string, readonly string[]>>;
};

/** 60 bits of what names a pair or an assignment. */
export function codeOf(assignmentId: string, referenceId = ''): string {
  const digest = hash('sha256', `${assignmentId}|${referenceId}`.toLowerCase(), 'hex');
  return BigInt(`0x${digest.slice(0, 15)}`)
    .toString(36)
    .padStart(12, '0');
}

/** Id of a finding: the same for as long as policy and resource are. */
export function findingId(code: string, resourceId: string): string {
  return `fnd_${code}${resourceKey(resourceId)}`;
}

export function pairInfo({
  code,
  assignment,
  assignmentCode,
  initiative,
  referenceId,
  definition,
}: Pair): PairInfo {
  return {
    code,
    assignmentCode,
    assignmentId: assignment.assignmentId,
    assignmentShortId: assignment.id,
    assignmentName: assignment.displayName,
    definitionId: definition?.definitionId ?? assignment.policyDefinitionId,
    policyId: definition?.id ?? '',
    policyName: displayNameOf(definition),
    ...(initiative && { initiativeId: initiative.initiativeId }),
    ...(referenceId !== undefined && { referenceId }),
    severity: definition?.severity ?? 'medium',
    frameworks: definition?.frameworks ?? {},
  };
}

/** What people call a definition. */
export function displayNameOf(definition: DefinitionRecord | undefined): string {
  const { displayName } = definition?.document.properties ?? {};
  return typeof displayName === 'string' ? displayName : (definition?.document.name ?? '');
}
