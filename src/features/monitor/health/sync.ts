import { keyOf, toColumns } from '#features/connectors/index.ts';
import { type CloudEvent, outboxWrites, publishOutbox } from '#features/events/index.ts';
import type { Queues } from '#platform/queues.ts';
import { MAX_TRANSACTION, type Partition, type Row, type RowWrite } from '#platform/tables.ts';
import { toUnavailable } from './events.ts';
import type { HealthRecord, Transition } from './record.ts';
import { rankOf, resourceRowKey, STATES, transitionRowKey } from './store.ts';

export type HealthSyncOptions = {
  readonly partition: Partition;
  readonly queues: Queues;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly at: Date;
};
type Known = { readonly rank: number; readonly hash: string };
type Change = { readonly writes: readonly RowWrite[]; readonly events: readonly CloudEvent[] };

const UNAVAILABLE = rankOf('Unavailable');
const USER = 'userinitiated';

/**
 * Makes the rows of a subscription what Resource Health lists. The transition and its event stand in the transaction
 * of the state; what is as before writes nothing.
 */
export class HealthSync {
  readonly counts = { read: 0, written: 0, transitions: 0, alerts: 0 };
  readonly #options: HealthSyncOptions;
  readonly #known: Map<string, Known>;
  readonly #seen = new Set<string>();

  static async open(options: HealthSyncOptions): Promise<HealthSync> {
    const known = new Map<string, Known>();
    const range = { from: 'r|', to: 'r|~', select: ['hash'] };
    for await (const rows of options.partition.pages<Row>(range)) {
      for (const { rowKey, hash } of rows)
        known.set(rowKey.slice(3), { rank: Number(rowKey[2]), hash: String(hash) });
    }
    return new HealthSync(options, known);
  }

  private constructor(options: HealthSyncOptions, known: Map<string, Known>) {
    this.#options = options;
    this.#known = known;
  }

  async write(records: readonly HealthRecord[]): Promise<void> {
    const fresh = records.filter(({ resourceId }) => {
      const key = keyOf(resourceId);
      const isNew = !this.#seen.has(key);
      this.#seen.add(key);
      return isNew;
    });
    this.counts.read += fresh.length;
    const changes = fresh.flatMap((record) => this.#changeOf(record) ?? []);
    let batch: Change[] = [];
    for (const change of changes) {
      if (sizeOf([...batch, change]) > MAX_TRANSACTION) {
        await this.#commit(batch);
        batch = [];
      }
      batch.push(change);
    }
    await this.#commit(batch);
  }

  /** Removes resources that were not listed: to be called only where the list was read to its end. */
  async finish(): Promise<void> {
    const gone = [...this.#known].filter(([key]) => !this.#seen.has(key));
    await this.#options.partition.remove(gone.map(([key, { rank }]) => `r|${rank}${key}`));
  }

  #changeOf(record: HealthRecord): Change | undefined {
    const { resourceId, state } = record;
    const rank = rankOf(state);
    const row = toColumns(record);
    const before = this.#known.get(keyOf(resourceId));
    if (before?.hash === row.hash) return undefined;
    this.#known.set(keyOf(resourceId), { rank, hash: row.hash });
    const writes: RowWrite[] = [{ kind: 'upsert', rowKey: resourceRowKey(rank, resourceId), row }];
    if (before?.rank === rank) return { writes, events: [] };
    if (before) writes.push({ kind: 'delete', rowKey: resourceRowKey(before.rank, resourceId) });
    const isUnwell = rank === UNAVAILABLE;
    if (before || isUnwell) writes.push(this.#transition(record, before));
    // What users have stopped before we first looked is nothing that happens now.
    const isNews = isUnwell && (before !== undefined || record.reason?.toLowerCase() !== USER);
    return { writes, events: isNews ? [toUnavailable(record, this.#options)] : [] };
  }

  #transition(record: HealthRecord, before: Known | undefined): RowWrite {
    const { resourceId, state, reason, summary } = record;
    const from = before === undefined ? null : (STATES[before.rank] ?? null);
    const at = record.since ?? this.#options.at.toISOString();
    const transition: Transition = { resourceId, from, to: state, at, reason, summary };
    this.counts.transitions += 1;
    return { kind: 'upsert', rowKey: transitionRowKey(transition), row: toColumns(transition) };
  }

  async #commit(batch: readonly Change[]): Promise<void> {
    if (batch.length === 0) return;
    const { partition } = this.#options;
    const events = batch.flatMap((change) => change.events);
    const writes = [...batch.flatMap((change) => change.writes), ...outboxWrites(events)];
    await partition.transaction(writes);
    this.counts.written += batch.length;
    this.counts.alerts += events.length;
    await publishOutbox(partition, writes, this.#options);
  }
}

/** Rows that a transaction takes: events share one row by the dozen, and are counted as if they did not. */
function sizeOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { writes, events }) => sum + writes.length + events.length, 0);
}
