import { fromColumns, LIST_LAG_MS, toColumns } from '#features/connectors/index.ts';
import { type CloudEvent, type OutboxPorts, outboxWrites, publishOutbox } from '#features/events/index.ts';
import { type Partition, type Row, type RowWrite, type StoredRow, WriteConflict } from '#platform/tables.ts';
import { PROCESSED } from '../alerts/processing.ts';

/** What became of an exported item. */
export type Applied = 'written' | 'unchanged' | 'deleted' | 'older';

/** An item and where it belongs. */
export type Put<T> = {
  readonly rowKey: string;
  /** When Azure sent it, ISO 8601. */
  readonly sentAt: string;
  /** Undefined: it is gone. */
  readonly toRecord: ((stored: T | undefined) => T) | undefined;
  /** When what a record tells of came about, by its own word; null: it says nothing of that. */
  readonly timeOf: (record: T) => string | null;
  /** Of the item, for one that is gone; else its record says it. */
  readonly itemTime: string | null;
  /** What hangs on the record elsewhere; done before it is written, and again where that fails. */
  readonly follow?: (before: T | undefined, after: T | undefined) => Promise<void>;
  /** What belongs to a new row: written in its transaction. */
  readonly onCreate?: (record: T) => { writes: readonly RowWrite[]; events: readonly CloudEvent[] };
};

export type RowPorts = OutboxPorts & {
  readonly partition: Partition;
  /** Marks of what is gone (row key → when it was sent), so that what is older does not bring it back. */
  readonly marks: Partition;
  /** When the last read of these rows began, ISO 8601; undefined where they could not be read. */
  readonly readAt: string | undefined;
};

/** Writers of one row at a time: each attempt lets one of them through. */
const ATTEMPTS = 20;

/**
 * Writes or removes the row of an item, unless what is known is newer: by the item's own time, else by when it was
 * sent. The same item again changes nothing.
 */
export async function put<T>(ports: RowPorts, item: Put<T>): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToPut(ports, item);
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function tryToPut<T>(ports: RowPorts, item: Put<T>): Promise<Applied> {
  const row = await ports.partition.get<Row>(item.rowKey);
  const stored = row?.hash === undefined ? undefined : row;
  const before = stored && fromColumns<T>(stored);
  const after = item.toRecord?.(before);
  const time = after === undefined ? item.itemTime : item.timeOf(after);
  const known = { row: stored, time: before === undefined ? null : item.timeOf(before) };
  if (await isOlder(ports, item, { time, known })) return 'older';
  await item.follow?.(before, after);
  if (after === undefined) {
    await ports.marks.write({ kind: 'upsert', rowKey: item.rowKey, row: { sentAt: item.sentAt } });
    if (stored) await ports.partition.remove([item.rowKey]);
    return stored ? 'deleted' : 'unchanged';
  }
  return write(ports, item, { row, after });
}

async function isOlder<T>(
  { marks, readAt = '' }: RowPorts,
  { rowKey, sentAt }: Put<T>,
  { time, known }: { time: string | null; known: { row: StoredRow<Row> | undefined; time: string | null } },
): Promise<boolean> {
  if (known.row === undefined) {
    const goneAt = (await marks.get<{ sentAt: string }>(rowKey))?.sentAt ?? '';
    const listed = readAt === '' ? '' : new Date(Date.parse(readAt) - LIST_LAG_MS).toISOString();
    return sentAt < goneAt || sentAt < listed;
  }
  if (time !== null && known.time !== null && time !== known.time) return time < known.time;
  const { asOf } = known.row;
  return sentAt < (typeof asOf === 'string' ? asOf : '') || sentAt < readAt;
}

async function write<T>(
  ports: RowPorts,
  { rowKey, sentAt, onCreate }: Put<T>,
  { row: stored, after }: { row: StoredRow<Row> | undefined; after: T },
): Promise<Applied> {
  const columns = toColumns(after);
  const isSame = stored?.hash === columns.hash;
  if (isSame && typeof stored.asOf === 'string' && stored.asOf >= sentAt) return 'unchanged';
  const row = { ...(stored && columnsOf(stored)), ...columns, asOf: sentAt };
  const main: RowWrite = stored
    ? { kind: 'replace', rowKey, row, etag: stored.etag }
    : { kind: 'insert', rowKey, row };
  const { writes = [], events = [] } = (stored?.hash === undefined && onCreate?.(after)) || {};
  const all = [main, ...writes, ...outboxWrites(events)];
  await ports.partition.transaction(all);
  if (events.length > 0) await publishOutbox(ports.partition, all, ports);
  return isSame ? 'unchanged' : 'written';
}

/** What the processors of alerts have written into the row; the pieces of its old body go. */
function columnsOf(stored: StoredRow<Row>): Row {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => name.startsWith(PROCESSED)));
}
