import type { Attribution, Attributions } from '#features/inventory/index.ts';
import { MAX_TRANSACTION, type Partition, type Row, type RowWrite } from '#platform/tables.ts';
import type { ActivityStore } from './store.ts';

/** A change of the inventory: which commit of its segment, which resource, when. */
export type ChangeKey = { readonly seq: number; readonly key: string; readonly at: string };

const SEQ_DIGITS = 12;

/** Who made changes of the inventory, as the activity log says; kept beside the history, which never changes. */
export class StoredAttributions implements Attributions {
  readonly #store: ActivityStore;

  constructor(store: ActivityStore) {
    this.#store = store;
  }

  async ofResource(segment: string, key: string): Promise<ReadonlyMap<string, Attribution>> {
    const prefix = `k|${key}|`;
    const rows = await this.#store.partition(segment).list<Row>({ from: prefix, to: `${prefix}~` });
    return new Map(rows.map((row) => [row.rowKey.slice(prefix.length), toAttribution(row)]));
  }

  async ofCommits(segment: string, from: number, to: number): Promise<ReadonlyMap<string, Attribution>> {
    const range = { from: seqKey(from), to: seqKey(to) };
    const found = new Map<string, Attribution>();
    for await (const rows of this.#store.partition(segment).pages<Row>(range)) {
      for (const row of rows) {
        const [, seq, key] = row.rowKey.split('|');
        found.set(`${Number(seq)}|${key}`, toAttribution(row));
      }
    }
    return found;
  }

  /** Makes what is kept of some changes what is known now; writes only what differs. Returns how many. */
  async set(
    segment: string,
    changes: readonly (ChangeKey & { readonly attribution: Attribution | undefined })[],
  ): Promise<number> {
    const seqs = changes.map(({ seq }) => seq);
    if (seqs.length === 0) return 0;
    const known = await this.ofCommits(segment, Math.min(...seqs), Math.max(...seqs) + 1);
    const partition = this.#store.partition(segment);
    const writes: RowWrite[] = [];
    const gone: string[] = [];
    for (const { attribution, ...change } of changes) {
      const before = known.get(`${change.seq}|${change.key}`);
      if (before?.activityId === attribution?.activityId) continue;
      if (attribution) writes.push(...rowsOf(change, attribution));
      else gone.push(...keysOf(change));
    }
    await commit(partition, writes);
    await partition.remove(gone);
    return (writes.length + gone.length) / 2;
  }

  /** Removes what is kept of changes before a moment (ISO 8601); returns how many. */
  async forget(segment: string, before: string): Promise<number> {
    const partition = this.#store.partition(segment);
    let removed = 0;
    for await (const rows of partition.pages<Row>({ from: 's|', to: 's|~' })) {
      const old = rows.filter(({ at }) => String(at) < before);
      const changes = old.map(({ rowKey, at }) => {
        const [, seq = '', key = ''] = rowKey.split('|');
        return { seq: Number(seq), key, at: String(at) };
      });
      await partition.remove(changes.flatMap(keysOf));
      removed += old.length;
      if (old.length < rows.length) return removed;
    }
    return removed;
  }
}

function seqKey(seq: number): string {
  return `s|${String(seq).padStart(SEQ_DIGITS, '0')}`;
}

function keysOf({ seq, key, at }: ChangeKey): [string, string] {
  return [`${seqKey(seq)}|${key}`, `k|${key}|${at}`];
}

function rowsOf(change: ChangeKey, attribution: Attribution): RowWrite[] {
  const { actor, correlationId, activityId } = attribution;
  const row = { at: change.at, actor, activityId, ...(correlationId !== null && { correlationId }) };
  return keysOf(change).map((rowKey) => ({ kind: 'upsert', rowKey, row }));
}

async function commit(partition: Partition, writes: readonly RowWrite[]): Promise<void> {
  for (let at = 0; at < writes.length; at += MAX_TRANSACTION)
    await partition.transaction(writes.slice(at, at + MAX_TRANSACTION));
}

function toAttribution({ actor, activityId, correlationId }: Row): Attribution {
  return {
    actor: String(actor),
    activityId: String(activityId),
    correlationId: typeof correlationId === 'string' ? correlationId : null,
  };
}
