import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { outboxWrites, publishOutbox } from '#features/events/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import { type Partition, type RowWrite, WriteConflict } from '#platform/tables.ts';
import type { Outcomes } from '../evaluation/outcomes.ts';
import { type Turn, toEvents } from '../events.ts';
import { Counting } from './counts.ts';
import type { PairRegistry } from './pairRegistry.ts';
import {
  fromHeadRow,
  fromOutcomesRow,
  HEAD,
  type Head,
  type LogEntry,
  ranges,
  rowKeys,
  type StoredOutcomes,
  toHeadRow,
  toLogRow,
  toOutcomesRow,
} from './rows.ts';

/** New outcomes of a resource, decided on `previous`; without outcomes its row goes. */
export type OutcomeChange = {
  readonly key: string;
  readonly id: string;
  readonly previous: StoredOutcomes | undefined;
  readonly next: Outcomes | undefined;
  readonly turns: readonly Turn[];
};

/** What a commit came to. */
export type CommitResult = {
  /** Keys of rows that were no longer as they were. */
  readonly conflicts: readonly string[];
  /** Somebody has judged by a later revision; nothing was written. */
  readonly isOutdated: boolean;
  /** Nobody had judged the segment by this revision before. */
  readonly isNewRevision: boolean;
};

const READ_CONCURRENCY = 32;
const MAX_ATTEMPTS = 12;
/** Rows of outcomes a transaction: head, log and events must fit too. */
const BATCH = 60;
const MAX_EVENTS = 1_000;

/** The outcomes of one segment. Commits of all instances form one gapless order, as the inventory's do. */
export class SegmentRows {
  readonly partition: Partition;
  readonly #options: SegmentRowsOptions;
  #head: Head | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Events of committed transactions on their way: the next transaction does not wait for them. */
  readonly #publishing: Promise<void>[] = [];

  constructor(options: SegmentRowsOptions) {
    this.partition = options.partition;
    this.#options = options;
  }

  async head(): Promise<Head> {
    return fromHeadRow(await this.partition.get(HEAD));
  }

  async get(key: string): Promise<StoredOutcomes | undefined> {
    const row = await this.partition.get(rowKeys.resource(key));
    return row && fromOutcomesRow(row);
  }

  async many(keys: readonly string[]): Promise<Map<string, StoredOutcomes>> {
    const rows = await mapConcurrently(keys, READ_CONCURRENCY, (key) => this.get(key));
    return new Map(rows.flatMap((row) => (row ? [[row.key, row]] : [])));
  }

  /** Rows of the resources whose keys are above `after` and not above `upTo`. */
  async between(after: string, upTo: string | undefined): Promise<Map<string, StoredOutcomes>> {
    const rows = await this.partition.list(ranges.resources(after, upTo));
    return new Map(rows.map((row) => [row.rowKey.slice(2), fromOutcomesRow(row)]));
  }

  /** The outcomes of every resource, a page at a time. */
  async *pages(): AsyncGenerator<StoredOutcomes[]> {
    for await (const rows of this.partition.pages(ranges.resources())) yield rows.map(fromOutcomesRow);
  }

  /** Writes what changed. Refuses all of it once a later revision has been at work, and each row that is no longer as it was. */
  commit(changes: readonly OutcomeChange[], revision: string): Promise<CommitResult> {
    const done = this.#last.then(() => this.#commitAll(changes, revision));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** From here on, whoever judges by an earlier revision is refused. */
  async claim(revision: string): Promise<void> {
    await this.commit([], revision);
  }

  async #commitAll(changes: readonly OutcomeChange[], revision: string): Promise<CommitResult> {
    const conflicts: string[] = [];
    let isNewRevision = false;
    const batches = toBatches(changes);
    for (const batch of batches.length === 0 ? [[]] : batches) {
      const result = await this.#commitBatch(batch, revision);
      if (result.isOutdated) {
        await Promise.all(this.#publishing.splice(0));
        return result;
      }
      conflicts.push(...result.conflicts);
      isNewRevision ||= result.isNewRevision;
    }
    await Promise.all(this.#publishing.splice(0));
    return { conflicts, isOutdated: false, isNewRevision };
  }

  async #commitBatch(batch: readonly OutcomeChange[], revision: string): Promise<CommitResult> {
    let waiting = batch;
    const conflicts: string[] = [];
    for (let attempt = 1; ; ) {
      this.#head ??= await this.head();
      const known = this.#head.revision;
      if (known > revision) return { conflicts: [], isOutdated: true, isNewRevision: false };
      const gone = await this.#changedDeletes(waiting);
      conflicts.push(...gone);
      waiting = waiting.filter(({ key }) => !gone.includes(key));
      const isClaim = batch.length === 0 && known !== revision;
      if (waiting.length === 0 && !isClaim) return { conflicts, isOutdated: false, isNewRevision: false };
      const refused = await this.#attempt(waiting, { head: this.#head, revision, attempt });
      const isNewRevision = known !== '' && known !== revision;
      if (refused === undefined) return { conflicts, isOutdated: false, isNewRevision };
      const key = waiting[refused]?.key;
      if (key === undefined) {
        await pause(Math.random() * Math.min(10 * 2 ** attempt, 1000));
        attempt += 1;
        continue;
      }
      // The service names one row; where somebody judges the same range, the others are not as they were either.
      const stale = new Set([key, ...(await this.#stale(waiting))]);
      conflicts.push(...stale);
      waiting = waiting.filter((change) => !stale.has(change.key));
    }
  }

  /** Keys of rows that are no longer as they were. */
  async #stale(changes: readonly OutcomeChange[]): Promise<string[]> {
    const rows = await this.many(changes.map(({ key }) => key));
    return changes.flatMap(({ key, previous }) => (rows.get(key)?.etag === previous?.etag ? [] : [key]));
  }

  /** Undefined when committed, the index of a refused change, or -1 when the head had moved on. */
  async #attempt(
    changes: readonly OutcomeChange[],
    { head, revision, attempt }: { head: Head; revision: string; attempt: number },
  ): Promise<number | undefined> {
    const { tenantId, segment, clock, registry } = this.#options;
    const now = clock.now().toISOString();
    const at = now > head.at ? now : head.at;
    const seq = head.seq + 1;
    const counting = new Counting(head.counts, (code) => registry.get(code)?.assignmentCode);
    for (const { previous, next } of changes) counting.exchange(previous?.outcomes, next);
    const next = { seq, commit: randomUUID(), at, revision, counts: counting.counts };
    const rows = changes.map((change) => toWrite(change, { seq, at }));
    const events = changes.flatMap(({ turns, id }) =>
      toEvents(turns, { tenantId, resourceId: id, version: `${segment}|${seq}`, at }),
    );
    const outbox = outboxWrites(events);
    const writes: RowWrite[] = [
      head.etag === undefined
        ? { kind: 'insert', rowKey: HEAD, row: toHeadRow(next) }
        : { kind: 'replace', rowKey: HEAD, row: toHeadRow(next), etag: head.etag },
      ...rows,
      { kind: 'insert', rowKey: rowKeys.log(seq), row: toLogRow(next.commit, at, rows.map(toLogEntry)) },
      ...outbox,
    ];
    try {
      const [etag] = await this.partition.transaction(writes);
      this.#head = { ...next, etag };
    } catch (error) {
      this.#head = undefined;
      if (!(await this.#wasCommitted(seq, next.commit))) return refusal(error, changes.length, attempt);
    }
    this.#publishing.push(this.#publish(outbox));
    return undefined;
  }

  /** What cannot be published now waits in the outbox for the sweep. */
  async #publish(outbox: readonly RowWrite[]): Promise<void> {
    if (outbox.length === 0) return;
    const { queues, tenantId, segment } = this.#options;
    await publishOutbox(this.partition, outbox, { queues, tenantId }).catch((error) => {
      log.warning('publishing failed; the sweep will do it', { segment, error: messageOf(error) });
    });
  }

  /** A transaction whose answer was lost may have gone through. */
  async #wasCommitted(seq: number, commit: string): Promise<boolean> {
    const row = await this.partition.get(rowKeys.log(seq));
    return row?.commit === commit;
  }

  /**
   * Keys of rows that are to go and are no longer as they were. The client library sends no ETag with a delete, so they
   * are looked at here: the head was read before, and anything committed after it makes the transaction fail.
   */
  async #changedDeletes(changes: readonly OutcomeChange[]): Promise<string[]> {
    const deletes = changes.filter(({ next }) => next === undefined);
    const checks = await mapConcurrently(deletes, READ_CONCURRENCY, async ({ key, previous }) => {
      const row = await this.get(key);
      return row?.seq === previous?.seq ? [] : [key];
    });
    return checks.flat();
  }
}

export type SegmentRowsOptions = {
  readonly tenantId: string;
  readonly segment: string;
  readonly partition: Partition;
  readonly registry: PairRegistry;
  readonly queues: Queues;
  readonly clock: Clock;
};

function toWrite({ key, id, previous, next }: OutcomeChange, of: { seq: number; at: string }): RowWrite {
  const rowKey = rowKeys.resource(key);
  if (!next) return { kind: 'delete', rowKey };
  const row = toOutcomesRow({ id, outcomes: next, ...of });
  if (!previous) return { kind: 'insert', rowKey, row };
  return { kind: 'replace', rowKey, row, etag: previous.etag };
}

function toLogEntry(write: RowWrite): LogEntry {
  const key = write.rowKey.slice(2);
  return [
    key,
    write.kind === 'delete'
      ? null
      : fromOutcomesRow({ ...write.row, rowKey: write.rowKey, etag: '' }).findings,
  ];
}

/** No row twice, and few enough that events and rows fit one transaction. */
function toBatches(changes: readonly OutcomeChange[]): OutcomeChange[][] {
  const batches: OutcomeChange[][] = [];
  let events = 0;
  for (const change of new Map(changes.map((each) => [each.key, each])).values()) {
    events += change.turns.length;
    const batch = batches.at(-1);
    if (!batch || batch.length >= BATCH || events > MAX_EVENTS) {
      batches.push([change]);
      events = change.turns.length;
    } else batch.push(change);
  }
  return batches;
}

/** Which change a refused write belongs to; -1 for the head. Rethrows what will not go away. */
function refusal(error: unknown, count: number, attempt: number): number {
  if (attempt >= MAX_ATTEMPTS) throw error;
  if (error instanceof WriteConflict) return error.index >= 1 && error.index <= count ? error.index - 1 : -1;
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== undefined && status !== 429 && status < 500) throw error;
  return -1;
}
