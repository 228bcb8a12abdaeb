import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Partition, RowWrite, StoredRow } from '#platform/tables.ts';
import type { CloudEvent } from './cloudEvent.ts';
import { EVENT_BATCH, eventsQueue } from './queue.ts';

/** A string column holds 32,768 characters. */
const COLUMN = 32_000;
/** Of JSON a row: three bytes a character still fit a message of 256 KB. */
const MAX_CHARACTERS = 64_000;
const PREFIX = 'o|';

/**
 * Rows `o|TIME|ID` that hold events: written in the transaction that changes the state they tell of, so that
 * neither is without the other. Needs one write for about 80 events.
 */
export function outboxWrites(events: readonly CloudEvent[]): RowWrite[] {
  return batchesOf(events).map((batch) => ({
    kind: 'upsert',
    rowKey: `${PREFIX}${batch[0]?.time}|${batch[0]?.id}`,
    row: toRow(batch),
  }));
}

/**
 * Sends what the rows of a written transaction hold to the `events` queue, then removes the rows. At least once:
 * whatever dies in between, {@link sweepOutbox} finds the rows that stayed, and the message ids are the same.
 */
export async function publishOutbox(
  partition: Partition,
  writes: readonly RowWrite[],
  ports: OutboxPorts,
): Promise<void> {
  const rows = writes.flatMap((write) =>
    write.kind !== 'delete' && write.rowKey.startsWith(PREFIX)
      ? [{ ...write.row, rowKey: write.rowKey, etag: '' }]
      : [],
  );
  await publish(partition, rows, ports);
}

/** Publishes the events older than a moment that a process left behind; returns how many rows these were. */
export async function sweepOutbox(partition: Partition, before: Date, ports: OutboxPorts): Promise<number> {
  let swept = 0;
  for await (const rows of partition.pages({ from: PREFIX, to: `${PREFIX}${before.toISOString()}` })) {
    await publish(partition, rows, ports);
    swept += rows.length;
  }
  return swept;
}

export type OutboxPorts = { readonly queues: Queues; readonly tenantId: string };

async function publish(
  partition: Partition,
  rows: readonly StoredRow[],
  { queues, tenantId }: OutboxPorts,
): Promise<void> {
  if (rows.length === 0) return;
  await queues.send(
    eventsQueue,
    rows.map((row) => toMessage(row, tenantId)),
  );
  await partition.remove(rows.map(({ rowKey }) => rowKey));
}

function batchesOf(events: readonly CloudEvent[]): CloudEvent[][] {
  const batches: CloudEvent[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const length = JSON.stringify(event).length + 1;
    if (size + length > MAX_CHARACTERS) {
      batches.push([]);
      size = 2;
    }
    batches.at(-1)?.push(event);
    size += length;
  }
  return batches;
}

function toRow(batch: readonly CloudEvent[]): Record<string, string> {
  const text = JSON.stringify(batch);
  const columns: [string, string][] = [];
  for (let at = 0; at < text.length; at += COLUMN)
    columns.push([`events${columns.length}`, text.slice(at, at + COLUMN)]);
  return Object.fromEntries(columns);
}

function toMessage(row: StoredRow, tenantId: string): OutgoingMessage {
  const columns: string[] = [];
  for (let i = 0; typeof row[`events${i}`] === 'string'; i += 1) columns.push(String(row[`events${i}`]));
  const events = JSON.parse(columns.join('')) as CloudEvent[];
  const [first] = events;
  return {
    body: events,
    messageId: `${tenantId}|${first?.id}`,
    contentType: EVENT_BATCH,
    tenantId,
    correlationId: first?.correlationid,
    traceparent: first?.traceparent,
  };
}
