import { fromColumns, keyOf, toColumns } from '#features/connectors/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Partition, Row, RowWrite, Table, TableDeclaration, Tables } from '#platform/tables.ts';
import { newestFirst } from '../keys.ts';
import type { ActivityRecord } from './record.ts';

export const activityTable: TableDeclaration = {
  name: 'activity',
  description: 'The activity log of each subscription, and whom it names for changes of the inventory.',
  keys: 'PartitionKey = tenant|subscription. RowKey = `t|TIME HASH` entry, newest first, HASH of its eventDataId | `r|HASH|TIME HASH` the same below its resource | `s|SEQ|KEY` who made a change of the inventory, by commit | `k|KEY|TIME` the same by resource.',
};

/** Each entry is two rows. */
const ENTRIES_A_TRANSACTION = 40;
const TRANSACTIONS_AT_A_TIME = 4;

/** The activity log of one tenant. */
export class ActivityStore {
  readonly #tenantId: string;
  readonly #table: Table;

  constructor(tenantId: string, tables: Tables) {
    this.#tenantId = tenantId;
    this.#table = tables.open(activityTable);
  }

  partition(subscriptionId: string): Partition {
    return this.#table.forTenant(this.#tenantId, subscriptionId);
  }

  /** Writes the entries that are not there yet; returns how many. Entries never change. */
  async add(subscriptionId: string, records: readonly ActivityRecord[]): Promise<number> {
    const times = records.map(({ at }) => at).sort();
    const [first, last] = [times[0], times.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const partition = this.partition(subscriptionId);
    const known = new Set<string>();
    for await (const rows of partition.pages<Row>({ ...rangeOf(first, last), select: [] }))
      for (const { rowKey } of rows) known.add(rowKey);
    const fresh = new Map(records.map((record) => [timeKey(record), record] as const));
    for (const key of known) fresh.delete(key);
    const batches = chunks([...fresh.values()], ENTRIES_A_TRANSACTION);
    await mapConcurrently(batches, TRANSACTIONS_AT_A_TIME, (batch) =>
      partition.transaction(batch.flatMap(rowsOf)),
    );
    return fresh.size;
  }

  /** Entries between two moments (ISO 8601), both included, newest first. */
  async *between(
    subscriptionId: string,
    { from, to }: { readonly from: string; readonly to: string },
  ): AsyncGenerator<ActivityRecord[]> {
    for await (const rows of this.partition(subscriptionId).pages<Row>(rangeOf(from, to)))
      yield rows.map((row) => fromColumns<ActivityRecord>(row));
  }

  /** Removes entries before a moment (ISO 8601); returns how many. */
  async forget(subscriptionId: string, before: string): Promise<number> {
    const partition = this.partition(subscriptionId);
    let removed = 0;
    const range = { from: `t|${newestFirst(before)}~`, to: 't|~' };
    for await (const rows of partition.pages<Row>(range)) {
      const records = rows.map((row) => fromColumns<ActivityRecord>(row));
      await partition.remove(records.flatMap(rowsOf).map(({ rowKey }) => rowKey));
      removed += rows.length;
    }
    return removed;
  }
}

/** Row keys of entries between two moments, both included; of one resource, or of all. */
export function rangeOf(
  from: string | undefined,
  to: string | undefined,
  resourceId?: string,
): { from: string; to: string } {
  const prefix = resourceId === undefined ? 't|' : `r|${keyOf(resourceId)}|`;
  return {
    from: `${prefix}${to === undefined ? '' : newestFirst(to)}`,
    to: `${prefix}${from === undefined ? '' : newestFirst(from)}~`,
  };
}

function timeKey({ at, id }: ActivityRecord): string {
  return `t|${newestFirst(at)}${keyOf(id)}`;
}

function rowsOf(record: ActivityRecord): Extract<RowWrite, { kind: 'upsert' | 'merge' }>[] {
  const row = toColumns(record);
  const key = timeKey(record);
  const { resourceId } = record;
  return [
    { kind: 'upsert', rowKey: key, row },
    ...(resourceId === null
      ? []
      : [{ kind: 'upsert' as const, rowKey: `r|${keyOf(resourceId)}|${key.slice(2)}`, row }]),
  ];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
