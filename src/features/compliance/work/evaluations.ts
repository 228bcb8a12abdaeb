import { randomUUID } from 'node:crypto';
import { eventId } from '#features/events/index.ts';
import type { GovernanceEventData } from '#features/governance/index.ts';
import { resourceKey, segmentOf } from '#features/inventory/index.ts';
import type { Job } from '#features/jobs/index.ts';
import { ALL, totalOf } from '../rows/counts.ts';
import type { Evaluated } from './evaluator.ts';
import { awaitFirstRead, hasPatience, isReadFirst } from './firstRead.ts';
import type { EvaluationMessage } from './queue.ts';
import { partsOf } from './ranges.ts';
import type { Room } from './room.ts';
import { evaluatePart, notePartFailure } from './sweep.ts';

/** Resources that one message evaluates; more dependents go out in messages of their own. */
const CHUNK = 200;
const SETTLE_MS = 1_000;
const KIND = 'evaluation';

/** An event of the `events` queue, as far as it is read here. */
export type KnownEvent = {
  readonly id: string;
  readonly type: string;
  readonly tenantid: string;
  readonly data?: unknown;
};

const RESOURCE_EVENTS = new Set(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']);
const GOVERNANCE_EVENTS = new Set([
  'PolicyDefinitionChanged',
  'PolicyInitiativeChanged',
  'PolicyAssignmentChanged',
  'PolicyExemptionChanged',
  'PolicyAliasesRefreshed',
  'ManagementGroupsChanged',
]);

/** Puts what events of one tenant concern on the `evaluations` queue: a slow evaluation delays no webhook. */
export async function forwardEvents(events: readonly KnownEvent[], room: Room): Promise<void> {
  const resources = events.filter(({ type }) => RESOURCE_EVENTS.has(type));
  const changes = resources.map(({ id, data }) => ({
    id,
    resource: (data as { resource_id: string }).resource_id,
  }));
  const bySegment = Map.groupBy(changes, ({ resource }) => segmentOf(resource));
  const changed = [...bySegment].flatMap(([segment, all]) =>
    chunksOf(all).map((each) => {
      const cause = each.map(({ id }) => id).join();
      const ids = each.map(({ resource }) => resource);
      const body = {
        kind: 'resources' as const,
        tenantId: room.tenantId,
        segment,
        ids,
        cause: eventId(cause),
      };
      return { body, name: cause };
    }),
  );
  const revisions = events
    .filter(({ type }) => GOVERNANCE_EVENTS.has(type))
    .map(({ data }) => (data as GovernanceEventData).revision);
  const revision = revisions.sort().at(-1);
  await room.enqueue([...changed, ...(revision === undefined ? [] : [governanceMessage(revision, room)])]);
}

function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, place) =>
    items.slice(place * CHUNK, (place + 1) * CHUNK),
  );
}

function governanceMessage(revision: string, room: Room) {
  return {
    body: { kind: 'governance' as const, tenantId: room.tenantId, revision },
    name: `governance|${revision}`,
  };
}

/** Does one message of the `evaluations` queue. Repeating it does no harm. */
export async function work(message: EvaluationMessage, room: Room): Promise<void> {
  switch (message.kind) {
    case 'first':
      return evaluateFirst(message, room);
    case 'resources':
      return evaluateResources(message, room);
    case 'keys':
      return evaluateKeys(message, room);
    case 'governance': {
      const { revision } = await room.plans.current(message.revision);
      // An event of the later one is on its way, and evaluates what both changed.
      if (revision === message.revision) await startEvaluation(room, { revision });
      return;
    }
    case 'part':
      try {
        return await evaluatePart(message, room);
      } catch (error) {
        await notePartFailure(message, room, error);
        throw error;
      }
  }
}

/** Evaluates a subscription that has been read for the first time, or waits on. */
async function evaluateFirst(
  message: Extract<EvaluationMessage, { kind: 'first' }>,
  room: Room,
): Promise<void> {
  const { segment } = message;
  if (hasPatience(message.since, room) && (await isReadFirst(segment, room)))
    return awaitFirstRead(segment, message, room);
  const { revision } = await room.plans.current();
  await startEvaluation(room, { revision, segments: [segment], isWhole: true });
}

async function evaluateKeys(
  { segment, keys, fresh, jobId }: Extract<EvaluationMessage, { kind: 'keys' }>,
  room: Room,
): Promise<void> {
  room.catalogue.invalidate();
  const done = await room.evaluator.evaluate(segment, keys, fresh);
  await settle(segment, done, room);
  if (jobId === undefined) return;
  const counts = { evaluated: done.evaluated, changed: done.changed };
  await room.jobs.setPart(jobId, { part: segment, state: 'succeeded', counts, problems: [] });
}

async function evaluateResources(
  { segment, ids, cause }: Extract<EvaluationMessage, { kind: 'resources' }>,
  room: Room,
): Promise<void> {
  if (await isReadFirst(segment, room)) return awaitFirstRead(segment, undefined, room);
  room.catalogue.invalidate();
  const dependents = await room.evaluator.dependentsOf(segment, ids);
  const [own, others] = [dependents.slice(0, CHUNK), dependents.slice(CHUNK)];
  const done = await room.evaluator.evaluate(segment, [...ids.map(resourceKey), ...own], ids);
  await room.enqueue(
    chunksOf(others).map((keys, place) => ({
      body: { kind: 'keys' as const, tenantId: room.tenantId, segment, keys, fresh: ids },
      name: `${cause}|${place}`,
    })),
  );
  await settle(segment, done, room);
}

/** Puts what an evaluation left to be done on the queue. */
export async function settle(
  segment: string,
  { unsettled, newRevision }: Evaluated,
  room: Room,
): Promise<void> {
  if (newRevision !== undefined) await room.enqueue([governanceMessage(newRevision, room)]);
  if (unsettled.length === 0) return;
  const body = { kind: 'keys' as const, tenantId: room.tenantId, segment, keys: [...unsettled], fresh: [] };
  const notBefore = new Date(room.clock.now().getTime() + SETTLE_MS);
  await room.enqueue([{ body, name: randomUUID(), notBefore }]);
}

type WholeEvaluation = {
  readonly revision: string;
  readonly policyId?: string;
  readonly segments?: readonly string[];
  readonly isWhole?: boolean;
};

/**
 * Starts a whole evaluation, or joins the one under way: each part looks only at what changed since it was evaluated
 * last. With `policyId`, at all that this policy judges; with `isWhole`, at everything. `segments`: only these.
 */
export async function startEvaluation(
  room: Room,
  { revision, policyId, segments, isWhole = false }: WholeEvaluation,
): Promise<Job> {
  const known = (await room.inventory.segments.list()).map(({ segment }) => segment);
  const chosen = segments ? known.filter((segment) => segments.includes(segment)) : known;
  const parts: string[] = [];
  for (const segment of chosen) {
    const { counts } = await room.store.rows(segment).head();
    parts.push(...partsOf(segment, totalOf(counts[ALL] ?? [])).map(({ name }) => name));
  }
  const { job, joined } = await room.jobs.start(policyId ? `${KIND}:${policyId}` : KIND, parts);
  for (const part of joined ? parts : [])
    await room.jobs.setPart(job.id, { part, state: 'queued', counts: {}, problems: [] });
  const { tenantId } = room;
  await room.enqueue(
    parts.map((part) => ({
      body: {
        kind: 'part' as const,
        tenantId,
        jobId: job.id,
        part,
        revision,
        ...(policyId !== undefined && { policyId }),
        ...(isWhole && { isWhole }),
      },
      name: `${job.id}|${part}|${revision}|${joined ? randomUUID() : ''}`,
    })),
  );
  return room.jobs.get(job.id);
}
