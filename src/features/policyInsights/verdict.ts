import { keyOf } from '#features/connectors/index.ts';
import type { PolicyState } from './azure.ts';
import type { Reason } from './reasons.ts';

/** Azure's and our judgement side by side; those that ask for a look first. */
export const VERDICTS = ['disagree', 'theirs_only', 'ours_only', 'agree'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What is judged: a resource by an assigned policy. */
export type Pair = {
  readonly resourceId: string;
  readonly assignmentId: string;
  readonly definitionId: string | null;
  readonly referenceId: string | null;
};
export type Theirs = Pair & { readonly state: string; readonly effect: string | null };
export type Ours = Pair & { readonly state: string };
export type AgreementRecord = Pair & {
  readonly verdict: Verdict;
  readonly theirs: string | null;
  readonly effect: string | null;
  readonly ours: string | null;
  /** Of a disagreement, once it was looked into; a side that does not say why is null. */
  readonly reasons: {
    /** ISO 8601. */
    readonly at: string;
    readonly ours: Reason | null;
    readonly theirs: Reason | null;
  } | null;
};

/** States in which each side has made up its mind, by what they mean (policyStates: `complianceState`). */
const MEANING: Readonly<Record<string, string>> = {
  compliant: 'compliant',
  noncompliant: 'nonCompliant',
  exempt: 'exempt',
};
const STATES = [
  'Compliant',
  'NonCompliant',
  'Exempt',
  'Conflict',
  'Error',
  'Protected',
  'Unknown',
  'NotStarted',
];

export function toTheirs(state: PolicyState): Theirs {
  const given = state.complianceState ?? fromFlag(state.isCompliant);
  return {
    resourceId: state.resourceId,
    assignmentId: state.policyAssignmentId,
    definitionId: state.policyDefinitionId ?? null,
    // Old records of initiatives name no reference: their definition tells them apart
    referenceId:
      state.policyDefinitionReferenceId || (state.policySetDefinitionId && state.policyDefinitionId) || null,
    state: STATES.find((known) => known.toLowerCase() === given.toLowerCase()) ?? given,
    effect: state.policyDefinitionAction ?? null,
  };
}

/**
 * What names a pair on both sides: a policy of an initiative by its reference, else the assignment alone, which then
 * assigns one policy.
 */
export function pairKey({
  resourceId,
  assignmentId,
  referenceId,
}: Pick<Pair, 'resourceId' | 'assignmentId' | 'referenceId'>): string {
  return `${keyOf(resourceId)}${keyOf(`${assignmentId}|${referenceId ?? ''}`).slice(0, 16)}`;
}

/** Where one side has not made up its mind (error, not started, data missing), the other stands alone. */
export function compare(theirs: Theirs | undefined, ours: Ours | undefined): Verdict {
  const their = MEANING[theirs?.state.toLowerCase() ?? ''];
  const our = MEANING[ours?.state.toLowerCase() ?? ''];
  if (their === undefined && our !== undefined) return 'ours_only';
  if (our === undefined) return 'theirs_only';
  return their === our ? 'agree' : 'disagree';
}

/** Both sides as one record; at least one is there. */
export function toAgreement(pair: Pair, theirs: Theirs | undefined, ours: Ours | undefined): AgreementRecord {
  const { resourceId, assignmentId, definitionId, referenceId } = pair;
  return {
    resourceId,
    assignmentId,
    definitionId: theirs?.definitionId ?? definitionId,
    referenceId,
    verdict: compare(theirs, ours),
    theirs: theirs?.state ?? null,
    effect: theirs?.effect ?? null,
    ours: ours?.state ?? null,
    reasons: null,
  };
}

function fromFlag(isCompliant: boolean | undefined): string {
  if (isCompliant === undefined) return 'Unknown';
  return isCompliant ? 'Compliant' : 'NonCompliant';
}
