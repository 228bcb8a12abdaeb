import type { Blobs, TenantBlobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { MAX_TRANSACTION, type Partition, type Table, type Tables, WriteConflict } from '#platform/tables.ts';
import type { Change, Commit, HistoryRecord, ResourceEntry, StoredResource, WriteResult } from './model.ts';
import type { Publisher } from './publisher.ts';
import {
  ENTRY_COLUMNS,
  HEAD,
  inventoryBlobs,
  inventoryTable,
  ranges,
  rowKeys,
  STALE,
  seqOf,
  toCommit,
  toEntry,
  toHistoryRecord,
  toStoredResource,
} from './rows.ts';
import { SegmentDirectory } from './segments.ts';
import { SegmentWriter } from './segmentWriter.ts';

/** Scopes of a segment that could not be read: resource group name in lower case, or `*` for all of it. */
export type StaleScopes = Readonly<Record<string, { readonly since: string; readonly reason: string }>>;

/** Everything that is kept of one tenant's resources; there is no other way to them. */
export class InventoryStore {
  readonly tenantId: string;
  readonly segments: SegmentDirectory;
  readonly #table: Table;
  readonly #blobs: TenantBlobs;
  readonly #clock: Clock;
  readonly #publisher: Publisher;
  readonly #writers = new Map<string, SegmentWriter>();

  constructor(tenantId: string, ports: StorePorts) {
    this.tenantId = tenantId;
    this.segments = new SegmentDirectory(ports.tables, tenantId);
    this.#table = ports.tables.open(inventoryTable);
    this.#blobs = ports.blobs.forTenant(inventoryBlobs, tenantId);
    this.#clock = ports.clock;
    this.#publisher = ports.publisher;
  }

  async get(segment: string, key: string): Promise<StoredResource | undefined> {
    const row = await this.#partition(segment).get(rowKeys.resource(key));
    return row && toStoredResource(row, this.#blobs);
  }

  /** What is listed and compared, of every resource of a segment; pages of at most 1,000 in key order. */
  async *entries(segment: string): AsyncGenerator<ResourceEntry[]> {
    const range = { ...ranges.resources, select: ENTRY_COLUMNS };
    for await (const page of this.#partition(segment).pages(range)) yield page.map(toEntry);
  }

  /** Whole resources of a segment, for exports. */
  async *resources(segment: string): AsyncGenerator<StoredResource[]> {
    for await (const page of this.#partition(segment).pages(ranges.resources)) {
      yield Promise.all(page.map((row) => toStoredResource(row, this.#blobs)));
    }
  }

  /** Number of the segment's last commit; 0 before the first. */
  async head(segment: string): Promise<number> {
    const row = await this.#partition(segment).get<{ seq: number }>(HEAD);
    return row?.seq ?? 0;
  }

  /** Commits after `seq`, in order. */
  async *commitsAfter(segment: string, seq: number): AsyncGenerator<Commit[]> {
    for await (const page of this.#partition(segment).pages(ranges.logAfter(seq))) {
      yield Promise.all(page.map((row) => toCommit(segment, row, this.#blobs)));
    }
  }

  /** Changes of a resource, oldest first. Its creation is in the resource itself. */
  async history(segment: string, key: string): Promise<HistoryRecord[]> {
    const rows = await this.#partition(segment).list(ranges.historyOf(key));
    return Promise.all(rows.map((row) => toHistoryRecord(row, this.#blobs)));
  }

  /** Commits changes and hands them to the publisher. Results in the order of the changes. */
  write(segment: string, changes: readonly Change[]): Promise<WriteResult[]> {
    let writer = this.#writers.get(segment);
    if (!writer) {
      writer = new SegmentWriter({
        segment,
        partition: this.#partition(segment),
        blobs: this.#blobs,
        clock: this.#clock,
        committed: (commit) => this.#publisher.enqueue(this, commit),
      });
      this.#writers.set(segment, writer);
    }
    return writer.write(changes);
  }

  async staleScopes(segment: string): Promise<StaleScopes> {
    const row = await this.#partition(segment).get<{ scopes: string }>(STALE);
    return row ? (JSON.parse(row.scopes) as StaleScopes) : {};
  }

  async setStaleScopes(segment: string, scopes: StaleScopes): Promise<void> {
    await this.#partition(segment).write({
      kind: 'upsert',
      rowKey: STALE,
      row: { scopes: JSON.stringify(scopes) },
    });
  }

  announce(segment: string): Promise<void> {
    return this.segments.register(segment);
  }

  async settle(segment: string, seqs: readonly number[]): Promise<void> {
    const partition = this.#partition(segment);
    const marks = seqs.map((seq) => ({ kind: 'delete', rowKey: rowKeys.outbox(seq) }) as const);
    for (let start = 0; start < marks.length; start += MAX_TRANSACTION) {
      const part = marks.slice(start, start + MAX_TRANSACTION);
      try {
        await partition.transaction(part);
      } catch (error) {
        if (!(error instanceof WriteConflict)) throw error;
        await Promise.all(part.map((mark) => removeIfThere(partition, mark)));
      }
    }
  }

  /** Publishes commits that a process left behind: their marks are older than `before`. Returns how many. */
  async sweep(segment: string, before: Date): Promise<number> {
    const marks = await this.#partition(segment).list<{ at: string }>(ranges.outbox);
    const left = marks.filter((mark) => mark.at < before.toISOString());
    for (const mark of left) {
      const row = await this.#partition(segment).get(rowKeys.log(seqOf(mark.rowKey)));
      if (row) this.#publisher.enqueue(this, await toCommit(segment, row, this.#blobs));
    }
    return left.length;
  }

  #partition(segment: string): Partition {
    return this.#table.forTenant(this.tenantId, segment);
  }
}

/** Another instance may have published the same commit and removed its mark. */
async function removeIfThere(partition: Partition, mark: { kind: 'delete'; rowKey: string }): Promise<void> {
  try {
    await partition.write(mark);
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
}

export type StorePorts = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly publisher: Publisher;
};
