import { setTimeout as pause } from 'node:timers/promises';
import { outboxWrites, publishOutbox, sweepOutbox } from '#features/events/index.ts';
import type { Blobs, TenantBlobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { decodeBody, encodeBody } from '#platform/payload.ts';
import type { Queues } from '#platform/queues.ts';
import { type Partition, type Row, type RowWrite, type Tables, WriteConflict } from '#platform/tables.ts';
import { type Ground, toEvents, toGroundEvent } from './events.ts';
import { type ManagementGroups, noManagementGroups } from './hierarchy.ts';
import type { GovernanceChange, Kind, Records } from './model.ts';
import { REMARK, type Remark } from './remarks.ts';
import {
  fromRevisionRow,
  HIERARCHY_KEY,
  nextRevision,
  REVISION_KEY,
  type Revision,
  revisionText,
  toRevisionRow,
} from './revision.ts';
import {
  decodeRecord,
  encodeRecord,
  governanceBlobs,
  governanceTable,
  type KnownRow,
  rangeOf,
  recordRowKey,
} from './rows.ts';

export type StorePorts = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly queues: Queues;
  readonly clock: Clock;
  /** Tells what of a revision lies in the program: the starter pack's fingerprint. */
  readonly code: string;
};

/** What one transaction writes. */
export type Draft = {
  /** What the events tell. Each record is written, or deleted, unless `rows` are given in its stead. */
  readonly changes: readonly GovernanceChange[];
  /** Rows that are written instead of those of `changes`: remarks, the hierarchy. */
  readonly rows?: readonly RowWrite[];
  /** Blob of a new alias table. */
  readonly aliases?: string;
  /** What an event tells where there are no `changes`. */
  readonly tells?: Ground;
};

/** A decision that lost a race is made anew this many times. */
const MAX_TRIES = 10;
const BACKOFF_MS = 15;

/** The rows of one tenant. Every write replaces the revision under its ETag, so that what was read for a decision still holds when it is written. */
export class GovernanceStore {
  readonly tenantId: string;
  readonly blobs: TenantBlobs;
  readonly #ports: StorePorts;
  readonly #rows: Partition;
  readonly #tenants: Partition;
  #isKnown = false;

  constructor(tenantId: string, ports: StorePorts) {
    const table = ports.tables.open(governanceTable);
    this.tenantId = tenantId;
    this.#ports = ports;
    this.#rows = table.forTenant(tenantId);
    this.#tenants = table.system('tenants');
    this.blobs = ports.blobs.forTenant(governanceBlobs, tenantId);
  }

  get clock(): Clock {
    return this.#ports.clock;
  }

  async revision(): Promise<Revision> {
    return fromRevisionRow(await this.#rows.get(REVISION_KEY));
  }

  /** A revision as snapshots and events show it. */
  textOf({ number }: Pick<Revision, 'number'>): string {
    return revisionText(number, this.#ports.code);
  }

  row(rowKey: string): Promise<Row | undefined> {
    return this.#rows.get(rowKey);
  }

  async find<K extends Kind>(_kind: K, rowKey: string): Promise<Records[K] | undefined> {
    const row = await this.#rows.get(rowKey);
    return row && (await decodeRecord<K>(row, this.blobs));
  }

  /** Our remarks on definitions that are not ours, by key. */
  async remarks(): Promise<Map<string, Remark>> {
    const rows = await this.#rows.list<{ remark: string }>({ from: REMARK, to: `${REMARK}~` });
    return new Map(
      rows.map(({ rowKey, remark }) => [rowKey.slice(REMARK.length), JSON.parse(remark) as Remark]),
    );
  }

  async remark(key: string): Promise<Remark | undefined> {
    const row = await this.#rows.get<{ remark: string }>(REMARK + key);
    return row && (JSON.parse(row.remark) as Remark);
  }

  /** The management groups, as they were read last. */
  async managementGroups(): Promise<ManagementGroups> {
    const row = await this.#rows.get(HIERARCHY_KEY);
    return row ? (JSON.parse(await decodeBody(row, this.blobs)) as ManagementGroups) : noManagementGroups;
  }

  /** All records of a kind with their row keys, a storage page at a time. */
  async *records<K extends Kind>(kind: K): AsyncGenerator<(readonly [rowKey: string, Records[K]])[]> {
    for await (const page of this.#rows.pages(rangeOf(kind))) {
      yield await Promise.all(
        page.map(async (row) => [row.rowKey, await decodeRecord<K>(row, this.blobs)] as const),
      );
    }
  }

  /** Of the records of a kind that came from Azure, what the sync compares; a storage page at a time. */
  async *knownRows(kind: Kind): AsyncGenerator<KnownRow[]> {
    const select = ['origin', 'armId', 'hash'];
    for await (const page of this.columns<{ origin: string; armId: string; hash?: string }>(
      rangeOf(kind),
      select,
    )) {
      const ofAzure = page.filter(({ origin }) => origin === 'azure');
      yield ofAzure.map(({ rowKey, armId, hash }) => ({ rowKey, kind, armId, hash }));
    }
  }

  /** The columns of the row that keeps the management groups. */
  encodeHierarchy(groups: ManagementGroups): Promise<Row> {
    return encodeBody(JSON.stringify(groups), this.blobs, 'hierarchy');
  }

  /** Some columns of all rows of a range. */
  columns<T extends Row>(range: { from: string; to: string }, select: readonly string[]) {
    return this.#rows.pages<T>({ ...range, select });
  }

  /**
   * Decides on the state as it is and writes the decision with its events in one transaction; decides anew where
   * somebody was faster. Returns the revision that holds then.
   * @throws Failure `unavailable` where others are always faster
   */
  async change(decide: (revision: string) => Promise<Draft | undefined>): Promise<string> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
      const before = await this.revision();
      const draft = await decide(this.textOf(before));
      if (!draft) return this.textOf(before);
      try {
        return await this.#commit(before, draft);
      } catch (error) {
        if (!(error instanceof WriteConflict)) throw error;
        await pause(BACKOFF_MS * attempt * (1 + Math.random()));
      }
    }
    throw new Failure('unavailable', 'policies are being changed by many at once', { retryAfterSeconds: 1 });
  }

  async #commit(before: Revision, draft: Draft): Promise<string> {
    await this.#introduce();
    const rows = draft.rows ?? (await Promise.all(draft.changes.map((change) => this.#toWrite(change))));
    const next = nextRevision(
      before,
      rows.map(({ rowKey }) => rowKey),
      draft.aliases,
    );
    const revision = this.textOf(next);
    const { tenantId } = this;
    const moment = { tenantId, number: next.number, revision, at: this.clock.now() };
    const events = draft.tells ? [toGroundEvent(draft.tells, moment)] : toEvents(draft.changes, moment);
    const row = toRevisionRow(next);
    const outbox = outboxWrites(events);
    const writes: RowWrite[] = [
      before.etag === undefined
        ? { kind: 'insert', rowKey: REVISION_KEY, row }
        : { kind: 'replace', rowKey: REVISION_KEY, row, etag: before.etag },
      ...rows,
      ...outbox,
    ];
    await this.#rows.transaction(writes);
    await this.#publish(outbox);
    return revision;
  }

  /** What is committed is never lost: what cannot be published now, the sweep publishes. */
  async #publish(outbox: readonly RowWrite[]): Promise<void> {
    try {
      await publishOutbox(this.#rows, outbox, { queues: this.#ports.queues, tenantId: this.tenantId });
    } catch (error) {
      log.warning('publishing failed; the sweep will do it', { error: messageOf(error) });
    }
  }

  /** Publishes events older than a moment that a process left behind; returns how many rows these were. */
  sweep(before: Date): Promise<number> {
    return sweepOutbox(this.#rows, before, { queues: this.#ports.queues, tenantId: this.tenantId });
  }

  async #toWrite({ kind, change, record, hash }: GovernanceChange): Promise<RowWrite> {
    const rowKey = recordRowKey(kind, record);
    if (change === 'deleted') return { kind: 'delete', rowKey };
    return {
      kind: 'upsert',
      rowKey,
      row: await encodeRecord(kind, { record, hash }, this.blobs),
    };
  }

  /** Before the first write, so that the sweep walks this tenant too. */
  async #introduce(): Promise<void> {
    if (this.#isKnown) return;
    await this.#tenants.write({ kind: 'upsert', rowKey: this.tenantId, row: {} });
    this.#isKnown = true;
  }
}

/** Tenants that have written anything. */
export async function governedTenants(tables: Tables): Promise<string[]> {
  return (await tables.open(governanceTable).system('tenants').list()).map(({ rowKey }) => rowKey);
}
