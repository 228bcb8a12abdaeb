import { randomUUID } from 'node:crypto';
import { packJson, unpackJson } from '#platform/columns.ts';
import type { Partition, Row, TableDeclaration, Tables } from '#platform/tables.ts';
import type { Aggregation, Groups, Interval, Rollup } from './model.ts';
import type { Window } from './time.ts';

export const metricsTable: TableDeclaration = {
  name: 'metrics',
  description:
    'Rollups of all numbers by hour and by day: what a request for metrics reads instead of the estate.',
  keys: 'PartitionKey = tenant|segment: a subscription’s rollups in a row of time. RowKey = `h|HOUR` | `d|DAY`, a column an aggregation, so that a request reads only the one that it asks for. PartitionKey = tenant|!marks, RowKey = `rolled`: another value with every rollup.',
};

export type Point = { readonly at: string; readonly groups: Groups };

/** Columns of one aggregation that are asked for: 768 KB. */
const MAX_COLUMNS = 12;
/** Points that do not change any more, by partition and aggregation. */
const MAX_KNOWN = 20_000;
const MARK = 'rolled';

/** Rollups of one tenant. */
export class MetricStore {
  readonly #open: (segment: string) => Partition;
  readonly #marks: Partition;
  readonly #past = new Map<string, Groups>();

  constructor(tenantId: string, tables: Tables) {
    const table = tables.open(metricsTable);
    this.#open = (segment) => table.forTenant(tenantId, segment);
    this.#marks = table.forTenant(tenantId, '!marks');
  }

  /** Puts a rollup in the place of the one before of the same hour and day. */
  async write(segment: string, rollup: Rollup, buckets: Readonly<Record<Interval, string>>): Promise<void> {
    const columns = Object.entries(rollup).map(([aggregation, groups]) => packJson(aggregation, groups));
    const row: Row = Object.assign({}, ...columns);
    await this.#open(segment).transaction([
      { kind: 'upsert', rowKey: `h|${buckets.hour}`, row },
      { kind: 'upsert', rowKey: `d|${buckets.day}`, row },
    ]);
    await this.#marks.write({ kind: 'upsert', rowKey: MARK, row: { revision: randomUUID() } });
  }

  /** Becomes another one with every rollup; empty before the first. To be read before the points that it is to stand for. */
  async revision(): Promise<string> {
    return (await this.#marks.get<{ revision: string }>(MARK))?.revision ?? '';
  }

  /** Points of a window, oldest first. Those that do not change any more are read once a process. */
  async read(segment: string, aggregation: Aggregation, window: Window): Promise<Point[]> {
    const prefix = window.interval === 'hour' ? 'h|' : 'd|';
    const name = `${segment}|${aggregation}|${prefix}`;
    const buckets = bucketsOf(window);
    // The last two may still be written.
    const settled = buckets.slice(0, -2);
    const from = settled.find((at) => !this.#past.has(`${name}${at}`)) ?? buckets.at(-2) ?? window.to;
    const columns = Array.from({ length: MAX_COLUMNS }, (_, index) => `${aggregation}${index}`);
    const range = { from: `${prefix}${from}`, to: `${prefix}${window.to}~`, select: columns };
    const read = new Map<string, Groups>();
    for await (const rows of this.#open(segment).pages(range)) {
      for (const row of rows) read.set(row.rowKey.slice(2), (unpackJson(aggregation, row) ?? {}) as Groups);
    }
    if (this.#past.size > MAX_KNOWN) this.#past.clear();
    for (const at of settled) {
      if (at >= from) this.#past.set(`${name}${at}`, read.get(at) ?? {});
    }
    return buckets.flatMap((at) => {
      const groups = read.get(at) ?? this.#past.get(`${name}${at}`);
      return groups && Object.keys(groups).length > 0 ? [{ at, groups }] : [];
    });
  }

  /** Removes what is older than the given bucket of its kind. */
  async forget(segment: string, kept: Readonly<Record<Interval, string>>): Promise<number> {
    let removed = 0;
    for (const [prefix, before] of [
      ['h|', kept.hour],
      ['d|', kept.day],
    ] as const) {
      for await (const rows of this.#open(segment).pages({
        from: prefix,
        to: `${prefix}${before}`,
        select: [],
      })) {
        await this.#open(segment).remove(rows.map(({ rowKey }) => rowKey));
        removed += rows.length;
      }
    }
    return removed;
  }
}

function bucketsOf({ from, to, interval }: Window): string[] {
  const step = interval === 'hour' ? 3_600_000 : 86_400_000;
  const start = Date.parse(from);
  const count = Math.floor((Date.parse(to) - start) / step) + 1;
  return Array.from({ length: count }, (_, index) => new Date(start + index * step).toISOString());
}
