import type { MessageQueue } from '../queue/queue.ts';

export type QueueCounts = {
  readonly name: string;
  /** Deliverable or being delivered, as Azure counts; `locked` is the part being delivered. */
  readonly active: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  readonly locked: number;
  /** ISO 8601; absent when no message is active. */
  readonly oldestEnqueuedAt: string | undefined;
};

export function countsOf(name: string, queue: MessageQueue, deadLetters: MessageQueue): QueueCounts {
  const { active, scheduled, deferred, locked, oldestEnqueuedAt } = queue.counts();
  const dead = deadLetters.counts();
  return {
    name,
    active,
    scheduled,
    deferred,
    deadLettered: dead.active + dead.deferred,
    locked,
    oldestEnqueuedAt: oldestEnqueuedAt === undefined ? undefined : new Date(oldestEnqueuedAt).toISOString(),
  };
}
