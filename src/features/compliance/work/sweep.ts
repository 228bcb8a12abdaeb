import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { applyDraft } from '../ask/draft.ts';
import { comparePlans } from '../ask/whatIf.ts';
import type { Plan } from '../plan/plan.ts';
import type { PartMessage } from './queue.ts';
import { type Part, parsePart } from './ranges.ts';
import type { Room } from './room.ts';
import { assignmentsOf, changedSince, fingerprintsOf, scopeOf } from './scope.ts';

/** A message works for this long at most; the next one goes on. */
const SLICE_MS = 120_000;
const MAX_RESTARTS = 5;

type Progress = { evaluated: number; changed: number };
type Pass = {
  readonly message: PartMessage;
  readonly part: Part;
  readonly plan: Plan;
  readonly codes: ReadonlySet<string> | undefined;
};

/**
 * Evaluates one part of a job: every resource of a segment (or of a range of it) that some changed assignment judges
 * or has judged. Progress and place are kept with the part, so whoever gets the message after a crash goes on there.
 */
export async function evaluatePart(message: PartMessage, room: Room): Promise<void> {
  const known = await room.jobs.part(message.jobId, message.part);
  if (!known || known.state === 'succeeded' || known.state === 'failed') return;
  room.catalogue.invalidate();
  for (let restart = 0; restart < MAX_RESTARTS; restart += 1) {
    if (await attempt(message, room)) return;
  }
  await room.enqueue([{ body: message, name: `${message.jobId}|${message.part}|${Date.now()}` }]);
}

/** False where a later revision overtook it: it has to begin again. */
async function attempt(message: PartMessage, room: Room): Promise<boolean> {
  const part = parsePart(message.part);
  const head = await room.store.rows(part.segment).head();
  const plan = await room.plans.current(head.revision > message.revision ? head.revision : message.revision);
  const segmentPlan = plan.forSegment(part.segment);
  const now = room.clock.now().toISOString();
  const last =
    (await room.store.sweepOf(part.segment, part.range)) ?? (await room.store.sweepOf(part.segment, ''));
  const codes = message.policyId
    ? assignmentsOf(message.policyId, plan)
    : changedSince(message.isWhole ? undefined : last, segmentPlan, now);
  if (message.policyId && codes?.size === 0)
    return countUnassigned(message, { part, plan, policyId: message.policyId }, room);
  const pass = { message, part, plan, codes };
  const progress = await evaluateAll(pass, room);
  if (progress === 'overtaken') return false;
  if (progress === 'continued') return true;
  const sweep = { revision: plan.revision, at: now, fingerprints: fingerprintsOf(segmentPlan) };
  if (!message.policyId) await room.store.setSweep(part.segment, part.range, sweep);
  await room.jobs.setPart(message.jobId, {
    part: part.name,
    state: 'succeeded',
    counts: progress,
    problems: [],
  });
  return true;
}

/** A policy that is assigned nowhere is judged with its default parameters; nothing but the counts is kept. */
async function countUnassigned(
  { jobId }: PartMessage,
  { part, plan, policyId }: { part: Part; plan: Plan; policyId: string },
  room: Room,
): Promise<boolean> {
  const draft = plan.next(await applyDraft({ policyId, assignment: {} }, plan.snapshot, room));
  const isFirst = part.range === '' || part.after === '';
  const segments = isFirst ? [part.segment] : [];
  const { after, evaluated, complete } = await comparePlans({ current: plan, draft, segments }, room);
  const { compliance_percentage: _, total: __, ...states } = after;
  const problems = complete
    ? []
    : [{ scope: part.name, reason: 'too many resources: assign the policy to judge them all' }];
  await room.jobs.setPart(jobId, {
    part: part.name,
    state: 'succeeded',
    counts: { evaluated, ...states },
    problems,
  });
  return true;
}

async function evaluateAll(pass: Pass, room: Room): Promise<Progress | 'overtaken' | 'continued'> {
  const { part, plan, codes, message } = pass;
  const rows = room.store.rows(part.segment);
  if (codes?.size === 0) return { evaluated: 0, changed: 0 };
  await room.store.registry.load();
  await rows.claim(plan.revision);
  const isInScope = scopeOf(codes, plan.forSegment(part.segment), room.store.registry);
  const progress = await resume(pass, room);
  let after = progress.after;
  const startedAt = performance.now();
  const seen = await room.inventory.head(part.segment);
  const maker = room.evaluator.wideMaker(part.segment);
  for await (const page of room.inventory.resources(part.segment, { after, upTo: part.upTo })) {
    const upTo = page.at(-1)?.key;
    if (upTo === undefined) continue;
    const before = await rows.between(after, upTo);
    const chosen = page.filter(({ id, key }) => isInScope(id, before.get(key)));
    const done = await room.evaluator.evaluatePage(part.segment, chosen, { plan, before, maker, seen });
    if (done.isOutdated) return 'overtaken';
    const living = new Set(page.map(({ key }) => key));
    await room.evaluator.evaluate(part.segment, [
      ...done.again,
      ...[...before.keys()].filter((key) => !living.has(key)),
    ]);
    progress.evaluated += chosen.length;
    progress.changed += done.changed;
    after = upTo;
    await save(pass, { ...progress, after }, room);
    if (performance.now() - startedAt > SLICE_MS) {
      await room.enqueue([
        { body: message, name: `${message.jobId}|${part.name}|${plan.revision}|${after}` },
      ]);
      return 'continued';
    }
  }
  const gone = await rows.between(after, part.upTo);
  await room.evaluator.evaluate(part.segment, [...gone.keys()]);
  return { evaluated: progress.evaluated, changed: progress.changed };
}

/** The place where an earlier attempt by the same revision got to. */
async function resume({ message, part, plan }: Pass, room: Room): Promise<Progress & { after: string }> {
  const known = await room.jobs.part(message.jobId, part.name);
  const [revision, after = ''] = known?.cursor?.split('|') ?? [];
  if (!known || revision !== plan.revision) return { evaluated: 0, changed: 0, after: part.after };
  return { evaluated: known.counts.evaluated ?? 0, changed: known.counts.changed ?? 0, after };
}

async function save(
  { message, part, plan }: Pass,
  { evaluated, changed, after }: Progress & { after: string },
  room: Room,
): Promise<void> {
  await room.jobs.setPart(message.jobId, {
    part: part.name,
    state: 'running',
    counts: { evaluated, changed },
    problems: [],
    cursor: `${plan.revision}|${after}`,
  });
}

/** What is to be seen of a part that could not be done; the message comes again. */
export async function notePartFailure(message: PartMessage, room: Room, error: unknown): Promise<void> {
  const known = await room.jobs.part(message.jobId, message.part);
  log.error('a part of an evaluation failed', {
    jobId: message.jobId,
    part: message.part,
    error: messageOf(error),
  });
  if (!known) return;
  const problems = [{ scope: message.part, reason: messageOf(error) }];
  await room.jobs.setPart(message.jobId, { ...known, problems });
}
