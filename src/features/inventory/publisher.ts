import { EVENT_BATCH, eventsQueue } from '#features/events/index.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import { messageIdOf, toCloudEvents } from './events.ts';
import type { Commit } from './model.ts';

/** What the publisher needs of a tenant's store. */
export type OutboxOwner = {
  readonly tenantId: string;
  /** Removes the outbox marks of published commits. */
  settle(segment: string, seqs: readonly number[]): Promise<void>;
  /** Tells the other instances that a segment has changed. */
  announce(segment: string): Promise<void>;
};

type Waiting = { readonly owner: OutboxOwner; readonly commit: Commit; readonly resolve: () => void };

const BATCH = 40;

/**
 * Sends commits to the `events` queue and then removes their outbox marks: at least once, whatever dies in
 * between, since the sweep finds the marks that stayed. Commits that come while a batch is on its way go with the next.
 */
export class Publisher {
  readonly #queues: Queues;
  /** By message id, so that a sweep does not add what waits already. */
  readonly #outstanding = new Map<string, Promise<void>>();
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  enqueue(owner: OutboxOwner, commit: Commit): void {
    const id = messageIdOf(owner.tenantId, commit);
    if (this.#outstanding.has(id)) return;
    const handled = new Promise<void>((resolve) => this.#waiting.push({ owner, commit, resolve }));
    this.#outstanding.set(id, handled);
    void handled.then(() => this.#outstanding.delete(id));
    if (!this.#running) this.#running = this.#run();
  }

  /** Resolves when all that was enqueued by now has been sent, or left for the sweep. */
  async flush(): Promise<void> {
    await Promise.all(this.#outstanding.values());
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#publish(batch);
      } catch (error) {
        log.warning('publishing failed; the sweep will do it', {
          commits: batch.length,
          error: messageOf(error),
        });
      }
      for (const { resolve } of batch) resolve();
    }
    this.#running = undefined;
  }

  async #publish(batch: readonly Waiting[]): Promise<void> {
    const segments = new Map<string, { owner: OutboxOwner; segment: string; seqs: number[] }>();
    for (const { owner, commit } of batch) {
      const name = `${owner.tenantId}|${commit.segment}`;
      const group = segments.get(name) ?? { owner, segment: commit.segment, seqs: [] };
      group.seqs.push(commit.seq);
      segments.set(name, group);
    }
    const groups = [...segments.values()];
    // First: whoever gets an event finds in the list index what it tells of.
    await Promise.all(groups.map(({ owner, segment }) => owner.announce(segment)));
    const messages = batch.map(({ owner, commit }) => ({
      body: toCloudEvents(owner.tenantId, commit),
      messageId: messageIdOf(owner.tenantId, commit),
      contentType: EVENT_BATCH,
      tenantId: owner.tenantId,
      correlationId: commit.changes[0]?.cause.correlationId,
      traceparent: commit.changes[0]?.cause.traceparent,
    }));
    await this.#queues.send(eventsQueue, messages);
    await Promise.all(groups.map(({ owner, segment, seqs }) => owner.settle(segment, seqs)));
  }
}
