import { mapConcurrently } from '#platform/concurrently.ts';
import type { Kind } from './model.ts';
import { changedSince, noRevision, type Revision } from './revision.ts';
import { rangeOf } from './rows.ts';

const READ_CONCURRENCY = 32;

/** How rows are read; the row key of each beside what is made of it. */
export type MirrorSource<T extends Record<Kind, unknown>> = {
  readonly one: <K extends Kind>(kind: K, rowKey: string) => Promise<T[K] | undefined>;
  readonly all: <K extends Kind>(kind: K) => AsyncIterable<readonly (readonly [rowKey: string, T[K]])[]>;
};

/** Rows that this instance holds in memory; of those only what has changed is read again. */
export class Mirror<T extends Record<Kind, unknown>> {
  readonly #source: MirrorSource<T>;
  /** By row key; undefined: there is none. */
  readonly #held = new Map<string, T[Kind] | undefined>();
  /** Row keys of the kinds of which all are held. */
  readonly #whole = new Map<Kind, Set<string>>();
  #revision: Revision = noRevision;

  constructor(source: MirrorSource<T>) {
    this.#source = source;
  }

  /** Lets go of what has changed up to a revision. */
  follow(revision: Revision): void {
    const changed = changedSince(revision, this.#revision.number);
    this.#revision = revision;
    if (!changed) {
      this.#held.clear();
      this.#whole.clear();
      return;
    }
    for (const rowKey of changed) {
      this.#held.delete(rowKey);
      for (const [kind, rowKeys] of this.#whole)
        if (rowKey.startsWith(rangeOf(kind).from)) rowKeys.add(rowKey);
    }
  }

  /** What these row keys hold, in their order; those that do not exist are left out. */
  async get<K extends Kind>(kind: K, rowKeys: Iterable<string>): Promise<T[K][]> {
    const wanted = [...rowKeys];
    const missing = new Set(wanted.filter((rowKey) => !this.#held.has(rowKey)));
    await mapConcurrently(missing, READ_CONCURRENCY, async (rowKey) => {
      this.#held.set(rowKey, await this.#source.one(kind, rowKey));
    });
    return wanted.flatMap((rowKey) => (this.#held.get(rowKey) as T[K] | undefined) ?? []);
  }

  /** Every one of a kind. */
  async all<K extends Kind>(kind: K): Promise<T[K][]> {
    const known = this.#whole.get(kind);
    if (known) return this.get(kind, known);
    const rowKeys = new Set<string>();
    for await (const page of this.#source.all(kind)) {
      for (const [rowKey, item] of page) {
        rowKeys.add(rowKey);
        this.#held.set(rowKey, item);
      }
    }
    this.#whole.set(kind, rowKeys);
    return this.get(kind, rowKeys);
  }
}
