import { sweepOutbox } from '#features/events/index.ts';
import type { Clock } from '#platform/clock.ts';
import { packJson, unpackJson } from '#platform/columns.ts';
import type { Queues } from '#platform/queues.ts';
import type { Partition, Tables } from '#platform/tables.ts';
import type { Counts } from './counts.ts';
import { PairRegistry } from './pairRegistry.ts';
import { complianceTable, ranges, rowKeys, SEEN } from './rows.ts';
import { SegmentRows } from './segmentRows.ts';

/** What the last whole evaluation of a range saw. */
export type Sweep = {
  readonly revision: string;
  /** ISO 8601. */
  readonly at: string;
  /** Fingerprints by assignment code. */
  readonly fingerprints: Readonly<Record<string, string>>;
};

/** Counts of a segment on a day, as of its last hour. */
export type Day = { readonly date: string; readonly at: string; readonly counts: Counts };

export type StorePorts = { readonly tables: Tables; readonly queues: Queues; readonly clock: Clock };

/** Everything that is kept of what one tenant's resources were judged to be. */
export class ComplianceStore {
  readonly tenantId: string;
  readonly registry: PairRegistry;
  readonly #ports: StorePorts;
  readonly #segments = new Map<string, SegmentRows>();

  constructor(tenantId: string, ports: StorePorts) {
    this.tenantId = tenantId;
    this.#ports = ports;
    this.registry = new PairRegistry(this.#partition('!pairs'));
  }

  rows(segment: string): SegmentRows {
    const known = this.#segments.get(segment);
    if (known) return known;
    const { tenantId, registry } = this;
    const { queues, clock } = this.#ports;
    const made = new SegmentRows({
      tenantId,
      segment,
      partition: this.#partition(segment),
      registry,
      queues,
      clock,
    });
    this.#segments.set(segment, made);
    return made;
  }

  async sweepOf(segment: string, range: string): Promise<Sweep | undefined> {
    const row = await this.#partition(segment).get<{ revision: string; at: string }>(rowKeys.sweep(range));
    if (!row) return undefined;
    const fingerprints = unpackJson('fingerprints', row) as Sweep['fingerprints'];
    return { revision: row.revision, at: row.at, fingerprints };
  }

  async setSweep(segment: string, range: string, { revision, at, fingerprints }: Sweep): Promise<void> {
    const row = { revision, at, ...packJson('fingerprints', fingerprints) };
    await this.#partition(segment).write({ kind: 'upsert', rowKey: rowKeys.sweep(range), row });
  }

  /** Number of the inventory's commit up to which changes were followed; undefined before the first time. */
  async seen(segment: string): Promise<number | undefined> {
    return (await this.#partition(segment).get<{ seq: number }>(SEEN))?.seq;
  }

  async setSeen(segment: string, seq: number): Promise<void> {
    await this.#partition(segment).write({ kind: 'upsert', rowKey: SEEN, row: { seq } });
  }

  async setDay(segment: string, { date, at, counts }: Day): Promise<void> {
    const row = { at, ...packJson('counts', counts) };
    await this.#partition(segment).write({ kind: 'upsert', rowKey: rowKeys.day(date), row });
  }

  /** Counts by day from a date (`YYYY-MM-DD`) on. */
  async days(segment: string, from: string): Promise<Day[]> {
    const rows = await this.#partition(segment).list<{ at: string }>(ranges.days(from));
    return rows.map((row) => ({
      date: row.rowKey.slice(2),
      at: row.at,
      counts: unpackJson('counts', row) as Counts,
    }));
  }

  /** Removes log rows of before a time; lists that are further behind read everything again. */
  async forgetLog(segment: string, before: string): Promise<number> {
    const partition = this.#partition(segment);
    const old: string[] = [];
    for await (const page of partition.pages<{ at: string }>({ ...ranges.logAfter(0), select: ['at'] })) {
      const ended = page.filter(({ at }) => at < before);
      old.push(...ended.map(({ rowKey }) => rowKey));
      if (ended.length < page.length) break;
    }
    await partition.remove(old);
    return old.length;
  }

  /** Publishes events that a process left behind; returns how many rows these were. */
  sweepOutbox(segment: string, before: Date): Promise<number> {
    const { queues } = this.#ports;
    return sweepOutbox(this.#partition(segment), before, { queues, tenantId: this.tenantId });
  }

  #partition(segment: string): Partition {
    return this.#ports.tables.open(complianceTable).forTenant(this.tenantId, segment);
  }
}
