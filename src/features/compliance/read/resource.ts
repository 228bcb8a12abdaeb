import { parseResourceId, parseShortId, resourceKey, segmentOf } from '#features/inventory/index.ts';
import { Failure } from '#platform/failure.ts';
import { CaseMaker } from '../evaluation/cases.ts';
import { explainOutcome, type Reasoning } from '../evaluation/judge.ts';
import { aggregate, type State } from '../evaluation/outcomes.ts';
import { displayNameOf } from '../plan/pair.ts';
import type { StoredOutcomes } from '../rows/rows.ts';
import type { PairCompliance, ResourceCompliance } from '../schema.ts';
import type { Room } from '../work/room.ts';

export type Place = { readonly segment: string; readonly key: string };

/** Where a resource is kept, by ARM id or short id. @throws Failure `notFound` */
export async function locate(id: string, room: Room): Promise<Place> {
  const short = parseShortId(id);
  if (!short) {
    const full = parseResourceId(id).id;
    return { segment: segmentOf(full), key: resourceKey(full) };
  }
  const segment = await room.inventory.segments.findByCode(short.segmentCode);
  if (!segment) throw noSuchResource(id);
  return { segment, key: short.key };
}

export function noSuchResource(id: string): Failure {
  return new Failure('notFound', `there is no resource ${id}`, {
    next: 'list those there are with GET /api/v1/resources',
  });
}

/** A resource judged now, with reasons; what is stored tells since when. @throws Failure `notFound` */
export async function explainResource(
  id: string,
  options: { isAll: boolean },
  room: Room,
): Promise<ResourceCompliance> {
  const place = await locate(id, room);
  const { segment, key } = place;
  const [resource, row, current] = await Promise.all([
    room.inventory.get(segment, key),
    room.store.rows(segment).get(key),
    room.plans.current(),
  ]);
  if (!resource) throw noSuchResource(id);
  const plan = current.forSegment(segment);
  const maker = new CaseMaker({
    segment,
    ports: room.evaluator.casePorts,
    utcNow: room.clock.now().toISOString(),
  });
  const of = await maker.ofStored(resource, plan);
  const reasonings = await maker.complete(() =>
    plan.candidates(of.subject).map((candidate) => explainOutcome(candidate, plan, of)),
  );
  const pairs = reasonings.filter(({ outcome }) => options.isAll || outcome.state !== 'notApplicable');
  const states = reasonings.map(({ outcome }) => outcome.state).filter((state) => state !== 'notApplicable');
  return {
    resource_id: resource.id,
    resource_type: parseResourceId(resource.id).type ?? '',
    state: aggregate(states as State[]) ?? 'notApplicable',
    evaluated_at: of.utcNow,
    stored_at: row?.evaluatedAt ?? null,
    data: pairs.map((reasoning) => toPairCompliance(reasoning, row)),
    total: pairs.length,
  };
}

/** One policy's reason for its judgement of a resource. */
export type PairReason = {
  readonly assignmentId: string;
  readonly referenceId: string | null;
  readonly sentence: string;
  readonly trace: unknown;
  readonly related: unknown;
};

export async function explainPairs(id: string, room: Room): Promise<PairReason[]> {
  try {
    const { data } = await explainResource(id, { isAll: true }, room);
    return data.flatMap(({ assignment_id: assignmentId, reference_id, reason, trace, related }) =>
      assignmentId === null
        ? []
        : { assignmentId, referenceId: reference_id ?? null, sentence: reason, trace, related },
    );
  } catch (error) {
    if (error instanceof Failure && error.code === 'notFound') return [];
    throw error;
  }
}

const NEXT =
  'plan what mends it: POST /api/v1/remediations with resource_id, assignment_id and, of an initiative, reference_id';

/** One outcome as the API shows it. */
export function toPairCompliance(
  { pair, outcome, explanation }: Reasoning,
  row?: StoredOutcomes,
): PairCompliance {
  const { definition, assignment, initiative, referenceId } = pair;
  const since = row?.outcomes.get(pair.code)?.since;
  const message = assignment.nonComplianceMessages.find(
    (each) => (each.policyDefinitionReferenceId ?? referenceId) === referenceId,
  )?.message;
  return {
    policy_id: definition?.id ?? '',
    policy_name: displayNameOf(definition),
    policy_definition_id: definition?.definitionId ?? assignment.policyDefinitionId,
    assignment_id: assignment.assignmentId,
    assignment_name: assignment.displayName,
    ...(initiative && { initiative_id: initiative.initiativeId }),
    ...(referenceId !== undefined && { reference_id: referenceId }),
    severity: definition?.severity ?? 'medium',
    frameworks: Object.fromEntries(
      Object.entries(definition?.frameworks ?? {}).map(([name, controls]) => [name, [...controls]]),
    ),
    state: outcome.state,
    effect: 'effect' in outcome ? outcome.effect : null,
    enforcement_mode: assignment.enforcementMode,
    since: since === undefined ? null : new Date(since * 1000).toISOString(),
    reason: explanation?.sentence ?? ('reason' in outcome ? outcome.reason : ''),
    ...(message !== undefined && outcome.state === 'nonCompliant' && { message }),
    ...('expression' in outcome && { expression: outcome.expression }),
    ...('missing' in outcome && { missing: [...outcome.missing] }),
    ...('exemption' in outcome && { exemption_id: outcome.exemption.id ?? null }),
    trace: explanation?.trace ?? null,
    related: explanation?.related ?? null,
    changes: explanation?.changes ? [...explanation.changes] : null,
    effect_preview: explanation?.effect ?? null,
    remediation: definition?.remediation ?? null,
    ...(outcome.state === 'nonCompliant' && { next: NEXT }),
  };
}
