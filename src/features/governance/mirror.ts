import { mapConcurrently } from '#platform/concurrently.ts';
import type { Kind, Records } from './model.ts';
import { changedSince, noRevision, type Revision } from './revision.ts';
import { rangeOf } from './rows.ts';
import type { GovernanceStore } from './store.ts';

const READ_CONCURRENCY = 32;

/** Records that this instance holds in memory; of those only what has changed is read again. */
export class Mirror {
  readonly #store: GovernanceStore;
  /** By row key; undefined: there is none. */
  readonly #records = new Map<string, Records[Kind] | undefined>();
  /** Row keys of the kinds of which all are held. */
  readonly #whole = new Map<Kind, Set<string>>();
  #revision: Revision = noRevision;

  constructor(store: GovernanceStore) {
    this.#store = store;
  }

  /** Lets go of what has changed up to a revision. */
  follow(revision: Revision): void {
    const changed = changedSince(revision, this.#revision.number);
    this.#revision = revision;
    if (!changed) {
      this.#records.clear();
      this.#whole.clear();
      return;
    }
    for (const rowKey of changed) {
      this.#records.delete(rowKey);
      for (const [kind, rowKeys] of this.#whole)
        if (rowKey.startsWith(rangeOf(kind).from)) rowKeys.add(rowKey);
    }
  }

  /** The records of these row keys, in their order; those that do not exist are left out. */
  async get<K extends Kind>(kind: K, rowKeys: Iterable<string>): Promise<Records[K][]> {
    const wanted = [...rowKeys];
    const missing = new Set(wanted.filter((rowKey) => !this.#records.has(rowKey)));
    await mapConcurrently(missing, READ_CONCURRENCY, async (rowKey) => {
      this.#records.set(rowKey, await this.#store.find(kind, rowKey));
    });
    return wanted.flatMap((rowKey) => (this.#records.get(rowKey) as Records[K] | undefined) ?? []);
  }

  /** Every record of a kind that there may be some thousands of. */
  async all<K extends Kind>(kind: K): Promise<Records[K][]> {
    const known = this.#whole.get(kind);
    if (known) return this.get(kind, known);
    const rowKeys = new Set<string>();
    for await (const page of this.#store.records(kind)) {
      for (const [rowKey, record] of page) {
        rowKeys.add(rowKey);
        this.#records.set(rowKey, record);
      }
    }
    this.#whole.set(kind, rowKeys);
    return this.get(kind, rowKeys);
  }
}
