import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#platform/clock.ts';
import { MAX_TRANSACTION, WriteConflict } from '#platform/tables.ts';
import { hashLink, type Link } from './chain.ts';
import { type EntryContent, toJson } from './entry.ts';
import type { AuditStore, StoredHead } from './store.ts';

type Waiting = { readonly content: EntryContent; readonly done: PromiseWithResolvers<void> };

/** A transaction holds 4 MiB and the head; an entry at most some 30 kB. */
const MAX_BATCH = MAX_TRANSACTION - 10;
const MAX_TRIES = 60;
const BACKOFF_MS = 25;

/**
 * Appends to the chain of one tenant. What comes while a transaction is under way goes with the next one, all
 * together, so the head row is written once a transaction, not once an entry (docs/adr/0004).
 */
export class ChainWriter {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #head: StoredHead | undefined;
  #isRunning = false;

  constructor(store: AuditStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves once the entry is stored. */
  append(content: EntryContent): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ content, done });
    if (!this.#isRunning) void this.#run();
    return done.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#commit(batch.map(({ content }) => content));
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#isRunning = false;
  }

  async #commit(contents: readonly EntryContent[]): Promise<void> {
    let tried: Link[] = [];
    for (let attempt = 1; ; attempt += 1) {
      const head = this.#head ?? (await this.#store.head());
      if (await this.#isStored(tried)) return;
      const now = this.#clock.now().toISOString();
      const time = now > head.time ? now : head.time;
      tried = chain(contents, head, time);
      const last = tried.at(-1);
      try {
        const etag = await this.#store.append(tried, { ...head, time });
        if (last) this.#head = { seq: last.seq, hash: last.hash, time, etag };
        return;
      } catch (error) {
        this.#head = undefined;
        if (!(error instanceof WriteConflict) || attempt >= MAX_TRIES) throw error;
        await pause(Math.random() * BACKOFF_MS * Math.min(attempt, 8));
      }
    }
  }

  /** An answer can be lost though the transaction went through: then the entries stand where they were tried. */
  async #isStored([first]: readonly Link[]): Promise<boolean> {
    return first !== undefined && (await this.#store.find(first.seq))?.hash === first.hash;
  }
}

function chain(contents: readonly EntryContent[], head: StoredHead, time: string): Link[] {
  let { seq, hash: previous } = head;
  return contents.map((content) => {
    seq += 1;
    const json = toJson(content, { seq, time });
    const link = { seq, json, previous, hash: hashLink(previous, json) };
    previous = link.hash;
    return link;
  });
}
