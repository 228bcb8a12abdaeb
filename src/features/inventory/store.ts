import type { Blobs, TenantBlobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { decodeBody, encodeBody } from '#platform/payload.ts';
import type { Partition, Table, Tables } from '#platform/tables.ts';
import type { Change, Commit, HistoryRecord, StoredResource, WriteResult } from './model.ts';
import type { Publisher } from './publisher.ts';
import {
  HEAD,
  type HeadRow,
  inventoryBlobs,
  inventoryTable,
  ranges,
  rowKeys,
  STALE,
  seqOf,
  toCommit,
  toHistoryRecord,
  toStoredResource,
} from './rows.ts';
import { SegmentDirectory } from './segments.ts';
import { SegmentWriter } from './segmentWriter.ts';
import { EMPTY, readSnapshot, type Snapshot, snapshotBlobs, writeSnapshot } from './snapshot.ts';

/** Scopes of a segment that could not be read: resource group name in lower case, or `*` for all of it. */
export type StaleScopes = Readonly<Record<string, { readonly since: string; readonly reason: string }>>;

const STALE_CACHE_MS = 1_000;
/** A snapshot is written where this many commits had to be read after the one before. */
const SNAPSHOT_COMMITS = 100;

/** Everything that is kept of one tenant's resources; there is no other way to them. */
export class InventoryStore {
  readonly tenantId: string;
  readonly segments: SegmentDirectory;
  readonly #table: Table;
  readonly #blobs: TenantBlobs;
  readonly #snapshots: TenantBlobs;
  readonly #clock: Clock;
  readonly #publisher: Publisher;
  readonly #writers = new Map<string, SegmentWriter>();
  readonly #stale = new Map<string, { readonly scopes: Promise<StaleScopes>; readonly at: number }>();

  constructor(tenantId: string, ports: StorePorts) {
    this.tenantId = tenantId;
    this.segments = new SegmentDirectory(ports.tables, tenantId);
    this.#table = ports.tables.open(inventoryTable);
    this.#blobs = ports.blobs.forTenant(inventoryBlobs, tenantId);
    this.#snapshots = ports.blobs.forTenant(snapshotBlobs, tenantId);
    this.#clock = ports.clock;
    this.#publisher = ports.publisher;
  }

  async get(segment: string, key: string): Promise<StoredResource | undefined> {
    const row = await this.#partition(segment).get(rowKeys.resource(key));
    return row && toStoredResource(row, this.#blobs);
  }

  /**
   * What is listed and compared, of every resource of a segment, as of its last commit: the snapshot, and the log
   * after it. The log has no gaps and begins at the first commit, or at the snapshot where older ones were forgotten.
   */
  async entries(segment: string): Promise<Snapshot> {
    const [head, kept = EMPTY] = await Promise.all([
      this.head(segment),
      readSnapshot(this.#snapshots, segment),
    ]);
    if (head === kept.seq) return kept;
    const { seq, entries } = kept;
    const current = new Map(entries);
    let last = seq;
    for await (const commits of this.commitsAfter(segment, seq)) {
      for (const commit of commits) {
        for (const { kind, entry } of commit.changes) {
          if (kind === 'deleted') current.delete(entry.key);
          else current.set(entry.key, entry);
        }
        last = commit.seq;
      }
    }
    const snapshot = { seq: last, entries: current };
    if (last - seq >= SNAPSHOT_COMMITS) {
      await writeSnapshot(this.#snapshots, segment, snapshot).catch((error) => {
        log.warning('a snapshot could not be written', { segment, error: messageOf(error) });
      });
    }
    return snapshot;
  }

  /** Leaves a snapshot behind, so that nobody has to read the log up to here. */
  saveSnapshot(segment: string, snapshot: Snapshot): Promise<void> {
    return writeSnapshot(this.#snapshots, segment, snapshot);
  }

  /** Whole resources of a segment in the order of their keys, those above `after` and not above `upTo`. */
  async *resources(
    segment: string,
    { after, upTo }: { after?: string | undefined; upTo?: string | undefined } = {},
  ): AsyncGenerator<StoredResource[]> {
    const range = {
      from: after ? `${rowKeys.resource(after)}!` : ranges.resources.from,
      to: upTo === undefined ? ranges.resources.to : `${rowKeys.resource(upTo)}!`,
    };
    for await (const page of this.#partition(segment).pages(range)) {
      yield Promise.all(page.map((row) => toStoredResource(row, this.#blobs)));
    }
  }

  /** Number of the segment's last commit; 0 before the first. */
  async head(segment: string): Promise<number> {
    const row = await this.#partition(segment).get<HeadRow>(HEAD);
    return row?.seq ?? 0;
  }

  /** Commits after `seq`, in order. */
  async *commitsAfter(segment: string, seq: number): AsyncGenerator<Commit[]> {
    for await (const page of this.#partition(segment).pages(ranges.logAfter(seq))) {
      yield Promise.all(page.map((row) => toCommit(segment, row, this.#blobs)));
    }
  }

  /** Commits with numbers from `from` to below `to`, in order. */
  async commitsBetween(segment: string, from: number, to: number): Promise<Commit[]> {
    const rows = await this.#partition(segment).list({ from: rowKeys.log(from), to: rowKeys.log(to) });
    return Promise.all(rows.map((row) => toCommit(segment, row, this.#blobs)));
  }

  /**
   * Number of the first commit at or after a time, by bisection; one above the last where there is none.
   * Commits older than the retention count as before it.
   */
  async firstCommitAt(segment: string, time: string): Promise<number> {
    let low = 1;
    let high = (await this.head(segment)) + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = await this.#partition(segment).get<{ at: string }>(rowKeys.log(middle));
      if (!row || row.at < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Keys of the resources that were deleted since a time, also of those that exist again. */
  async deletedSince(segment: string, time: string): Promise<ReadonlySet<string>> {
    const deleted = new Set<string>();
    const head = await this.#partition(segment).get<HeadRow>(HEAD);
    if (!head || head.deletedAt < time) return deleted;
    const first = await this.firstCommitAt(segment, time);
    const range = { ...ranges.logAfter(first - 1), select: ['hasDeletions'] };
    for await (const page of this.#partition(segment).pages(range)) {
      for (const { rowKey, hasDeletions } of page) {
        if (!hasDeletions) continue;
        const [commit] = await this.commitsBetween(segment, seqOf(rowKey), seqOf(rowKey) + 1);
        for (const { kind, entry } of commit?.changes ?? []) if (kind === 'deleted') deleted.add(entry.key);
      }
    }
    return deleted;
  }

  /** Removes log and history of commits before a time, oldest first, at most `limit` commits. Returns how many. */
  async forget(segment: string, before: string, limit: number): Promise<number> {
    const partition = this.#partition(segment);
    await writeSnapshot(this.#snapshots, segment, await this.entries(segment));
    let forgotten = 0;
    for await (const page of partition.pages({ ...ranges.logAfter(0) })) {
      for (const row of page) {
        if (String(row.at) >= before || forgotten >= limit) return forgotten;
        const { changes, seq } = await toCommit(segment, row, this.#blobs);
        const patched = changes.filter(({ kind }) => kind !== 'created');
        const records = patched.map(({ entry }) => rowKeys.history(entry.key, seq));
        await partition.remove([...records, row.rowKey]);
        forgotten += 1;
      }
    }
    return forgotten;
  }

  /** Changes of a resource, oldest first. The creation of one that exists is in the resource itself. */
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

  /** At most a second old on an instance that did not write it. */
  async staleScopes(segment: string): Promise<StaleScopes> {
    const now = this.#clock.now().getTime();
    const cached = this.#stale.get(segment);
    if (cached && now - cached.at < STALE_CACHE_MS) return cached.scopes;
    const scopes = this.#readStaleScopes(segment);
    this.#stale.set(segment, { scopes, at: now });
    scopes.catch(() => this.#stale.delete(segment));
    return scopes;
  }

  async #readStaleScopes(segment: string): Promise<StaleScopes> {
    const row = await this.#partition(segment).get(STALE);
    return row ? (JSON.parse(await decodeBody(row, this.#blobs)) as StaleScopes) : {};
  }

  async setStaleScopes(segment: string, scopes: StaleScopes): Promise<void> {
    this.#stale.delete(segment);
    const row = await encodeBody(JSON.stringify(scopes), this.#blobs, `stale/${segment}`);
    await this.#partition(segment).write({ kind: 'upsert', rowKey: STALE, row });
  }

  announce(segment: string): Promise<void> {
    return this.segments.register(segment);
  }

  async settle(segment: string, seqs: readonly number[]): Promise<void> {
    await this.#partition(segment).remove(seqs.map(rowKeys.outbox));
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

export type StorePorts = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly publisher: Publisher;
};
