import type { DefinitionRecord, InitiativeRecord } from '#features/governance/index.ts';
import { resourceKey } from '#features/inventory/index.ts';
import type { Job } from '#features/jobs/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import { CaseMaker } from '../evaluation/cases.ts';
import { explainOutcome, type Reasoning } from '../evaluation/judge.ts';
import type { Plan } from '../plan/plan.ts';
import { locate, noSuchResource, toPairCompliance } from '../read/resource.ts';
import type { EvaluationResult } from '../schema.ts';
import { settle, startEvaluation } from '../work/evaluations.ts';
import type { Room } from '../work/room.ts';
import { isOf } from '../work/scope.ts';
import { applyDraft, findPolicy } from './draft.ts';

const READ_CONCURRENCY = 32;

/**
 * Judges resources by policies now. Where a policy is assigned its outcome is kept; where not, it is judged as if it
 * were assigned with its default parameters, and nothing is kept.
 * @throws Failure `notFound` naming every id that is missing
 */
export async function evaluateNow(
  policyIds: readonly string[],
  resourceIds: readonly string[],
  room: Room,
): Promise<EvaluationResult> {
  const policies = await findAll(policyIds, (id) => findPolicy(id, room));
  const places = await findAll(resourceIds, async (id) => {
    const place = await locate(id, room);
    if (!(await room.inventory.get(place.segment, place.key))) throw noSuchResource(id);
    return place;
  });
  room.catalogue.invalidate();
  const data: EvaluationResult['data'] = [];
  const plan = await room.plans.current();
  const drafts = await Promise.all(policies.map((policy) => assignedByDefault(policy, plan, room)));
  for (const [segment, own] of Map.groupBy(places, (each) => each.segment)) {
    const keys = [...new Set(own.map(({ key }) => key))];
    await settle(segment, await room.evaluator.evaluate(segment, keys), room);
    const resources = await mapConcurrently(keys, READ_CONCURRENCY, (key) =>
      room.inventory.get(segment, key),
    );
    for (const resource of resources) {
      for (const [index, policy] of policies.entries()) {
        const draft = drafts[index] ?? plan;
        if (resource) data.push(...(await judgeBy(policy, { resource, segment, plan, draft }, room)));
      }
    }
  }
  const counts: Record<string, number> = {};
  for (const { state } of data) counts[state] = (counts[state] ?? 0) + 1;
  return { counts, data, total: data.length };
}

type Subject = {
  readonly resource: { readonly id: string; readonly json: string };
  readonly segment: string;
  readonly plan: Plan;
  readonly draft: Plan;
};

async function judgeBy(
  policy: DefinitionRecord | InitiativeRecord,
  { resource, segment, plan, draft }: Subject,
  room: Room,
): Promise<EvaluationResult['data']> {
  const utcNow = room.clock.now().toISOString();
  const maker = new CaseMaker({ segment, ports: room.evaluator.casePorts, utcNow });
  async function judge(by: Plan): Promise<Reasoning[]> {
    const segmentPlan = by.forSegment(segment);
    const of = await maker.ofStored(resource, segmentPlan);
    const candidates = segmentPlan.reachingAll(of.subject).filter(({ pair }) => isOf(pair, policy.id));
    return maker.complete(() => candidates.map((candidate) => explainOutcome(candidate, segmentPlan, of)));
  }
  const assigned = await judge(plan);
  const reasonings = assigned.length > 0 ? assigned : await judge(draft);
  return reasonings.map((reasoning) => {
    const shown = toPairCompliance(reasoning);
    return {
      resource_id: resource.id,
      policy_id: shown.policy_id,
      policy_name: shown.policy_name,
      assignment_id: assigned.length > 0 ? shown.assignment_id : null,
      ...(shown.reference_id !== undefined && { reference_id: shown.reference_id }),
      state: shown.state,
      effect: shown.effect,
      severity: shown.severity,
      reason: shown.reason,
      changes: shown.changes,
    };
  });
}

async function assignedByDefault(policy: { readonly id: string }, plan: Plan, room: Room): Promise<Plan> {
  return plan.next(await applyDraft({ policyId: policy.id, assignment: {} }, plan.snapshot, room));
}

/** Starts to judge all that policies judge, as a job for each; or, of given resources, one job. @throws Failure `notFound` */
export async function evaluateAsJob(policyIds: readonly string[], room: Room): Promise<Job[]> {
  const policies = await findAll(policyIds, (id) => findPolicy(id, room));
  const { revision } = await room.plans.current();
  const jobs: Job[] = [];
  for (const { id } of policies) jobs.push(await startEvaluation(room, { revision, policyId: id }));
  return jobs;
}

/** A job that judges given resources. @throws Failure `notFound` naming every id that is missing */
export async function evaluateResourcesAsJob(resourceIds: readonly string[], room: Room): Promise<Job> {
  const places = await findAll(resourceIds, (id) => locate(id, room));
  const bySegment = [...Map.groupBy(places, ({ segment }) => segment)];
  const parts = bySegment.map(([segment]) => segment);
  const { job } = await room.jobs.start(`evaluation:${resourceKey(resourceIds.join())}`, parts);
  for (const [segment, own] of bySegment) {
    const body = {
      kind: 'keys' as const,
      tenantId: room.tenantId,
      segment,
      keys: own.map(({ key }) => key),
      fresh: [],
      jobId: job.id,
    };
    await room.enqueue([{ body, name: `${job.id}|${segment}` }]);
  }
  return room.jobs.get(job.id);
}

async function findAll<T>(ids: readonly string[], find: (id: string) => Promise<T>): Promise<T[]> {
  const missing: string[] = [];
  const found = await mapConcurrently(ids, READ_CONCURRENCY, async (id) => {
    try {
      return await find(id);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'notFound') throw error;
      missing.push(error.message);
      return undefined;
    }
  });
  if (missing.length > 0) throw new Failure('notFound', missing.join('; '));
  return found.filter((each) => each !== undefined);
}
