import { type CloudEvent, outboxWrites, publishOutbox } from '#features/events/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Queues } from '#platform/queues.ts';
import { MAX_TRANSACTION, type Partition, type Row, type RowWrite } from '#platform/tables.ts';
import { toColumns } from './columns.ts';

export type RowSyncOptions = {
  readonly partition: Partition;
  /** First characters of the row keys that are this sync's; others in the partition are left alone. */
  readonly prefix?: string;
  /** Further columns that others write into these rows stay as they are. */
  readonly keepsColumns?: boolean;
  /** Further rows and events that belong to a new row: written in its transaction. */
  readonly onCreate?: (rowKey: string, value: unknown) => Addition;
  readonly queues?: Queues;
  readonly tenantId?: string;
  /**
   * When the run began. Rows that the source has sent since then (column `asOf`, ISO 8601) are newer than the list and
   * stay as they are; so do, where it lacks them, those of the minutes before, since lists lag.
   */
  readonly startedAt?: Date;
};
export type Addition = { readonly writes: readonly RowWrite[]; readonly events: readonly CloudEvent[] };
export type Synced = { readonly rowKey: string; readonly value: unknown };

type Change = { readonly write: RowWrite; readonly addition: Addition | undefined };

const TRANSACTIONS_AT_A_TIME = 4;
/** A transaction takes 4 MiB; a character is two bytes, and the envelope takes its share. */
const MAX_CHARACTERS = 1_200_000;
const NONE: Addition = { writes: [], events: [] };
/** How long a list may lack what the source has sent. */
export const LIST_LAG_MS = 5 * 60_000;
const READS_AT_A_TIME = 8;

/**
 * Makes the rows of a partition what a source lists: rows that are new or differ are written, in transactions;
 * {@link finish} removes those that were not listed. Written again, the same values write nothing.
 */
export class RowSync {
  readonly counts = { read: 0, written: 0, deleted: 0 };
  readonly #options: RowSyncOptions;
  readonly #known: Map<string, string>;
  /** Rows that the source sent shortly before the run. */
  readonly #sent: ReadonlySet<string>;
  readonly #isFirst: boolean;
  readonly #seen = new Set<string>();

  static async open(options: RowSyncOptions): Promise<RowSync> {
    const known = new Map<string, string>();
    const sent = new Set<string>();
    const { prefix = '', startedAt } = options;
    const lag = startedAt && new Date(startedAt.getTime() - LIST_LAG_MS).toISOString();
    const range = prefix === '' ? {} : { from: prefix, to: `${prefix}~` };
    for await (const page of options.partition.pages<Row>({ ...range, select: ['hash', 'asOf'] })) {
      for (const { rowKey, hash, asOf } of page) {
        known.set(rowKey, String(hash));
        if (lag && typeof asOf === 'string' && asOf >= lag) sent.add(rowKey);
      }
    }
    return new RowSync(options, { known, sent });
  }

  private constructor(
    options: RowSyncOptions,
    { known, sent }: { known: Map<string, string>; sent: ReadonlySet<string> },
  ) {
    this.#options = options;
    this.#known = known;
    this.#sent = sent;
    this.#isFirst = known.size === 0;
  }

  /** Takes a page of what the source lists; what comes twice counts once. */
  async write(page: readonly Synced[]): Promise<void> {
    const changes: Change[] = [];
    for (const { rowKey, value } of page) {
      if (this.#seen.has(rowKey)) continue;
      this.#seen.add(rowKey);
      this.counts.read += 1;
      const row = toColumns(value);
      const before = this.#known.get(rowKey);
      if (before === row.hash) continue;
      this.#known.set(rowKey, row.hash);
      const addition = before === undefined ? this.#options.onCreate?.(rowKey, value) : undefined;
      const kind = this.#options.keepsColumns ? 'merge' : 'upsert';
      changes.push({ write: { kind, rowKey, row }, addition });
    }
    const current = this.#options.startedAt && !this.#isFirst ? await this.#notSent(changes) : changes;
    this.counts.written += current.length;
    await mapConcurrently(batchesOf(current), TRANSACTIONS_AT_A_TIME, (batch) => this.#commit(batch));
  }

  /** Without the changes of rows that the source has sent since the run began. */
  async #notSent(changes: readonly Change[]): Promise<Change[]> {
    const { partition, startedAt } = this.#options;
    const began = startedAt?.toISOString() ?? '';
    const kept = await mapConcurrently(changes, READS_AT_A_TIME, async (change) => {
      const row = await partition.get<Row>(change.write.rowKey);
      return typeof row?.asOf === 'string' && row.asOf >= began ? [] : [change];
    });
    return kept.flat();
  }

  /** Removes the rows that were not listed: to be called only where the source was read to its end. */
  async finish(): Promise<void> {
    const gone = [...this.#known.keys()].filter(
      (rowKey) => !this.#seen.has(rowKey) && !this.#sent.has(rowKey),
    );
    await this.#options.partition.remove(gone);
    this.counts.deleted += gone.length;
  }

  async #commit(batch: readonly Change[]): Promise<void> {
    const { partition, queues, tenantId } = this.#options;
    const events = batch.flatMap(({ addition }) => addition?.events ?? []);
    const writes = [
      ...batch.flatMap(({ write, addition }) => [write, ...(addition?.writes ?? [])]),
      ...outboxWrites(events),
    ];
    await partition.transaction(writes);
    if (events.length > 0 && queues && tenantId) await publishOutbox(partition, writes, { queues, tenantId });
  }
}

function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  let count = Number.POSITIVE_INFINITY;
  let size = 0;
  for (const change of changes) {
    const { writes, events } = change.addition ?? NONE;
    const more = 1 + writes.length + events.length;
    const length = sizeOf(change.write) + JSON.stringify(events).length;
    if (count + more > MAX_TRANSACTION || size + length > MAX_CHARACTERS) {
      batches.push([]);
      count = 0;
      size = 0;
    }
    batches.at(-1)?.push(change);
    count += more;
    size += length;
  }
  return batches;
}

function sizeOf(write: RowWrite): number {
  if (write.kind === 'delete') return 0;
  return Object.values(write.row).reduce<number>((sum, value) => sum + String(value).length, 300);
}
