import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TenantBlobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { MAX_TRANSACTION, type Partition, type RowWrite, WriteConflict } from '#platform/tables.ts';
import type { Change, Commit, WriteResult } from './model.ts';
import { type PreparedChange, prepareChange } from './prepareChange.ts';
import { HEAD, type HeadRow, rowKeys, toLogRow } from './rows.ts';

type Head = HeadRow & { readonly etag: string | undefined };
type Pending = {
  readonly change: Change;
  readonly settle: (result: WriteResult) => void;
  readonly fail: (error: unknown) => void;
};

/** Rows of a transaction that are not the changes' own: head, log, outbox. */
const FIXED_ROWS = 3;
const MAX_TRANSACTION_BYTES = 3_000_000;
/** The log row becomes one message; Service Bus (standard tier) takes 256 KB. */
const MAX_LOG_BYTES = 150_000;
const MAX_ATTEMPTS = 8;

/**
 * Commits changes to one segment, one transaction at a time, each with the next number.
 *
 * The head row carries the number of the last commit and is replaced under its ETag in every transaction,
 * so commits of all instances form one gapless order. Changes that wait while a transaction is under way
 * go out together in the next one. A change that was decided on a row that has changed since is answered
 * `conflict`; the others of its transaction are committed.
 */
export class SegmentWriter {
  readonly #segment: string;
  readonly #partition: Partition;
  readonly #blobs: TenantBlobs;
  readonly #clock: Clock;
  readonly #committed: (commit: Commit) => void;
  #queue: Pending[] = [];
  #running: Promise<void> | undefined;
  #head: Head | undefined;

  constructor(options: SegmentWriterOptions) {
    this.#segment = options.segment;
    this.#partition = options.partition;
    this.#blobs = options.blobs;
    this.#clock = options.clock;
    this.#committed = options.committed;
  }

  /** Resolves when each change is durable or refused; results in the order of the changes. */
  write(changes: readonly Change[]): Promise<WriteResult[]> {
    const results = changes.map(
      (change) => new Promise<WriteResult>((settle, fail) => this.#queue.push({ change, settle, fail })),
    );
    this.#running ??= this.#run();
    return Promise.all(results);
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_TRANSACTION - FIXED_ROWS);
      try {
        await this.#commitBatch(batch);
      } catch (error) {
        const queued = new Set(this.#queue);
        for (const pending of batch) if (!queued.has(pending)) pending.fail(error);
      }
    }
    this.#running = undefined;
  }

  /** Commits what fits; what does not goes back to the front of the queue. */
  async #commitBatch(batch: Pending[]): Promise<void> {
    let waiting = batch;
    for (let attempt = 1; waiting.length > 0; attempt += 1) {
      this.#head ??= await this.#readHead();
      const head = this.#head;
      const fresh = await this.#refuseStaleDeletes(waiting);
      if (fresh.length === 0) return;
      const at = laterOf(this.#clock.now().toISOString(), head.at);
      const prepared = await Promise.all(
        fresh.map(({ change }) => prepareChange(change, { seq: head.seq + 1, at, blobs: this.#blobs })),
      );
      const count = fitting(prepared);
      this.#queue.unshift(...fresh.slice(count));
      waiting = fresh.slice(0, count);
      const refused = await this.#attempt(prepared.slice(0, count), head, { at, attempt });
      if (refused === undefined) {
        for (const [index, pending] of waiting.entries()) {
          const entry = prepared[index]?.logged.entry;
          if (entry) pending.settle({ status: 'written', entry });
        }
        return;
      }
      if (refused < 0) await pause(Math.random() * Math.min(10 * 2 ** attempt, 1000));
      if (refused >= 0) {
        waiting[refused]?.settle({ status: 'conflict' });
        waiting = waiting.filter((_, index) => index !== refused);
      }
    }
  }

  /** Undefined when committed, the index of a refused change, or -1 when the head had moved on. */
  async #attempt(
    prepared: readonly PreparedChange[],
    head: Head,
    options: { at: string; attempt: number },
  ): Promise<number | undefined> {
    const seq = head.seq + 1;
    const commitId = randomUUID();
    const commit: Commit = {
      segment: this.#segment,
      seq,
      at: options.at,
      changes: prepared.map((change) => change.logged),
    };
    const hasDeletions = commit.changes.some(({ kind }) => kind === 'deleted');
    const headRow: HeadRow = {
      seq,
      commit: commitId,
      at: options.at,
      deletedAt: hasDeletions ? options.at : head.deletedAt,
    };
    const writes: RowWrite[] = [
      head.etag === undefined
        ? { kind: 'insert', rowKey: HEAD, row: headRow }
        : { kind: 'replace', rowKey: HEAD, row: headRow, etag: head.etag },
      {
        kind: 'insert',
        rowKey: rowKeys.log(seq),
        row: { ...(await toLogRow(commit, this.#blobs)), commit: commitId },
      },
      { kind: 'insert', rowKey: rowKeys.outbox(seq), row: { at: options.at } },
      ...prepared.flatMap((change) => change.writes),
    ];
    try {
      const [etag] = await this.#partition.transaction(writes);
      this.#head = { ...headRow, etag };
    } catch (error) {
      this.#head = undefined;
      this.#head = await this.#readHead();
      if (!(await this.#wasCommitted(seq, commitId))) return refusal(error, prepared, options.attempt);
    }
    this.#committed(commit);
    return undefined;
  }

  /** Whether a transaction whose answer was lost went through; others may have committed after it. */
  async #wasCommitted(seq: number, commitId: string): Promise<boolean> {
    const row = await this.#partition.get(rowKeys.log(seq));
    return row?.commit === commitId;
  }

  async #readHead(): Promise<Head> {
    const row = await this.#partition.get<HeadRow>(HEAD);
    return row
      ? { seq: row.seq, commit: row.commit, at: row.at, deletedAt: row.deletedAt, etag: row.etag }
      : { seq: 0, commit: '', at: '', deletedAt: '', etag: undefined };
  }

  /**
   * The client library sends no ETag with a delete, so the row is looked at here: the head was read before,
   * and anything committed after it makes the transaction fail.
   */
  async #refuseStaleDeletes(waiting: Pending[]): Promise<Pending[]> {
    const checks = waiting.map(async (pending) => {
      const { change } = pending;
      if (change.kind !== 'delete') return true;
      const row = await this.#partition.get(rowKeys.resource(change.previous.key));
      if (row?.seq === change.previous.seq) return true;
      pending.settle({ status: 'conflict' });
      return false;
    });
    const keep = await Promise.all(checks);
    return waiting.filter((_, index) => keep[index]);
  }
}

export type SegmentWriterOptions = {
  readonly segment: string;
  readonly partition: Partition;
  readonly blobs: TenantBlobs;
  readonly clock: Clock;
  /** Called once a commit is durable, in order. */
  readonly committed: (commit: Commit) => void;
};

/**
 * How many of the changes one transaction takes (100 rows, 4 MiB, no row twice) and one message (256 KB);
 * at least one.
 */
function fitting(prepared: readonly PreparedChange[]): number {
  const keys = new Set<string>();
  let rows = FIXED_ROWS;
  let bytes = 0;
  let logBytes = 0;
  for (const [index, change] of prepared.entries()) {
    rows += change.writes.length;
    bytes += change.bytes;
    logBytes += change.logBytes;
    const full = rows > MAX_TRANSACTION || bytes > MAX_TRANSACTION_BYTES || logBytes > MAX_LOG_BYTES;
    const again = keys.has(change.logged.entry.key);
    if ((full || again) && index > 0) return index;
    keys.add(change.logged.entry.key);
  }
  return prepared.length;
}

/** Which change a refused write belongs to; -1 for the head. Rethrows what is no conflict once attempts run out. */
function refusal(error: unknown, prepared: readonly PreparedChange[], attempt: number): number {
  if (!(error instanceof WriteConflict)) {
    if (attempt >= MAX_ATTEMPTS || !isTransient(error)) throw error;
    return -1;
  }
  let end = FIXED_ROWS;
  if (error.index < end) return -1;
  return prepared.findIndex((change) => {
    end += change.writes.length;
    return error.index < end;
  });
}

/** Times of commits never go back, whatever the clocks of the instances say. */
function laterOf(now: string, last: string): string {
  return now > last ? now : last;
}

/** No status at all (the connection broke) or the service's own trouble. */
function isTransient(error: unknown): boolean {
  const status = (error as { statusCode?: number }).statusCode;
  return status === undefined || status === 429 || status >= 500;
}
