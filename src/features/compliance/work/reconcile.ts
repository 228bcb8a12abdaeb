import { ALL, totalOf } from '../rows/counts.ts';
import { startEvaluation } from './evaluations.ts';
import { partsOf } from './ranges.ts';
import type { Room } from './room.ts';
import { changedSince } from './scope.ts';

/** Resources that are evaluated together. */
const CHUNK = 200;
/** Lists that have not followed the log for this long read everything again. */
const LOG_HOURS = 2;
const HOUR_MS = 3_600_000;

/** What a reconciliation of a segment found to do. */
export type Reconciled = {
  /** Resources that events should have told of. */
  readonly followed: number;
  readonly changed: number;
  /** Whether a whole evaluation is needed: governance or the time changed outcomes. */
  readonly isDue: boolean;
};

/**
 * Makes up for what events missed, and for what time changes: a handful of reads a segment where nothing did.
 * Commits of the inventory that were not followed yet are evaluated; where an assignment, an exemption or the clock
 * changed since the last whole evaluation, one is started for those segments.
 */
export async function reconcile(
  room: Room,
): Promise<{ readonly segments: number; readonly due: number; readonly changed: number }> {
  const segments = (await room.inventory.segments.list()).map(({ segment }) => segment);
  const due: string[] = [];
  let changed = 0;
  for (const segment of segments) {
    const done = await reconcileSegment(segment, room);
    changed += done.changed;
    if (done.isDue) due.push(segment);
  }
  const { revision } = await room.plans.current();
  if (due.length > 0) await startEvaluation(room, { revision, segments: due });
  return { segments: segments.length, due: due.length, changed };
}

async function reconcileSegment(segment: string, room: Room): Promise<Reconciled> {
  const { followed, changed } = await follow(segment, room);
  const isDue = await needsEvaluation(segment, room);
  const now = room.clock.now();
  const { counts } = await room.store.rows(segment).head();
  await room.store.setDay(segment, { date: now.toISOString().slice(0, 10), at: now.toISOString(), counts });
  await room.store.forgetLog(segment, new Date(now.getTime() - LOG_HOURS * HOUR_MS).toISOString());
  return { followed, changed, isDue };
}

/** Evaluates what was committed to the inventory since the last time; most of it has been, and costs no write. */
async function follow(segment: string, room: Room): Promise<{ followed: number; changed: number }> {
  const head = await room.inventory.head(segment);
  const seen = await room.store.seen(segment);
  let [followed, changed] = [0, 0];
  if (seen !== undefined && seen < head) {
    const ids = new Map<string, string>();
    for await (const commits of room.inventory.commitsAfter(segment, seen))
      for (const { entry } of commits.flatMap((commit) => commit.changes)) ids.set(entry.key, entry.id);
    room.catalogue.invalidate();
    const dependents = await room.evaluator.dependentsOf(segment, [...ids.values()]);
    const keys = [...ids.keys(), ...dependents];
    for (let at = 0; at < keys.length; at += CHUNK) {
      const done = await room.evaluator.evaluate(segment, keys.slice(at, at + CHUNK));
      changed += done.changed;
    }
    followed = keys.length;
  }
  if (seen !== head) await room.store.setSeen(segment, head);
  return { followed, changed };
}

async function needsEvaluation(segment: string, room: Room): Promise<boolean> {
  const plan = (await room.plans.current()).forSegment(segment);
  const head = await room.store.rows(segment).head();
  const now = room.clock.now().toISOString();
  for (const { range } of partsOf(segment, totalOf(head.counts[ALL] ?? []))) {
    const last = (await room.store.sweepOf(segment, range)) ?? (await room.store.sweepOf(segment, ''));
    const codes = changedSince(last, plan, now);
    if (!codes || codes.size > 0) return true;
  }
  return false;
}
