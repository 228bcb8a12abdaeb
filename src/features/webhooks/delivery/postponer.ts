import { Failure } from '#platform/failure.ts';
import type { Room, Turn } from '../room.ts';
import type { Job } from './queue.ts';

type Waiting = {
  readonly job: Job;
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** What is put off within this time is sent together. */
const GATHER_MS = 10;
/** What comes back within the same such time comes in one message, at its end: never too early. */
const GRID_MS = 100;

/** Puts jobs off until a time, as scheduled messages, many a message and many messages a send. */
export class Postponer {
  readonly #room: Room;
  #waiting: Waiting[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  /** Resolves with the time at which it comes, once the broker has it or, where the queue is full, the sweep. */
  postpone(job: Job, delayMs: number): Promise<Date> {
    const due = this.#room.clock.now().getTime() + delayMs;
    const at = Math.ceil(due / GRID_MS) * GRID_MS;
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setTimeout(() => void this.#flush(), GATHER_MS);
      this.#waiting.push({ job, at, resolve: () => resolve(new Date(at)), reject });
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const groups = Map.groupBy(waiting, ({ job, at }) => `${job.tenant_id}|${at}`);
    const turns = [...groups.values()].map((group) => ({
      jobs: group.map(({ job }) => job),
      notBefore: new Date(group[0]?.at ?? 0),
    }));
    try {
      await this.#queueOrRemember(turns);
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async #queueOrRemember(turns: readonly Required<Turn>[]): Promise<void> {
    try {
      await this.#room.queueAgain(turns);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      for (const { jobs, notBefore } of turns) {
        for (const [tenantId, own] of Map.groupBy(jobs, ({ tenant_id }) => tenant_id))
          await this.#room.storesOf(tenantId).endpoints.setWaiting(own, notBefore);
      }
    }
  }
}
