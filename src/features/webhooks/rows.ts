import { hash } from 'node:crypto';
import type { Row, StoredRow, TableDeclaration } from '#platform/tables.ts';
import type { Job } from './delivery/queue.ts';
import type { Attempt, Delivery, DeliveryStatus } from './schema.ts';

export const webhooksTable: TableDeclaration = {
  name: 'webhooks',
  description: 'Webhook endpoints, their health, and deliveries that found the queue full.',
  keys: 'PartitionKey = tenant, RowKey = `e|ID` endpoint, `h|ID` since when it fails, `x|ID` when it was deleted, `g` changes with any endpoint, so that one point read keeps every fan-out exact, `o|TIME|ID` alerts to be published. PartitionKey = tenant|waiting, RowKey = time from which on a delivery that waits for room is queued, and its id. PartitionKey = !tenants, RowKey = tenant: what the sweep walks. PartitionKey = !instances, RowKey = an instance that delivers: each writes its own every 3 s, so that limits are divided without a shared row.',
};

export const deliveriesTable: TableDeclaration = {
  name: 'deliveries',
  description:
    'What is sent to each webhook endpoint with every attempt, and the events themselves, once each.',
  keys: 'PartitionKey = tenant|N, N = 0 to 3, from the endpoint: one transaction takes what an event brings to many endpoints, or many events to one, and a tenant has the throughput of four partitions. RowKey = `b|ENDPOINT|SLOT|HASH` deliveries that their first attempt settled or that were put off before it, many a row, SLOT = the first ten digits of KEY, a quarter of a second, `d|ENDPOINT|KEY` any other delivery, which counts where both tell of one, `f|ENDPOINT|RESOURCE|TIME` the line of an ordered resource, `o|TIME|ID` alerts to be published; KEY = time of the event, newest first, then a hash of event and endpoint. PartitionKey = tenant|events, RowKey = time, newest first, then a hash of the event: whoever inserts it fans it out.',
};

/** Partitions over which the endpoints of a tenant are spread. */
const BUCKETS = 4;

export function bucketOf(endpointId: string): number {
  return Number.parseInt(endpointId.slice(-2), 16) % BUCKETS || 0;
}

export const buckets: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

const MAX_TIME = 0xffff_ffff_ffff;
/** Of the twelve of a time: what is left counts 256 ms. */
const SLOT_DIGITS = 10;
/** A string property holds 64 KiB of UTF-16. */
const PIECE = 30_000;
const ID = /^dlv_([\da-f]{32})([\da-f]{28})$/;

/** Hex digits that sort newest first. */
function timeKey(milliseconds: number): string {
  return (MAX_TIME - Math.max(0, Math.min(milliseconds, MAX_TIME))).toString(16).padStart(12, '0');
}

/** Key of the delivery of an event to an endpoint. */
export function deliveryKey(event: { id: string; tenantid: string }, endpointId: string, at: Date): string {
  const digest = hash('sha256', `${event.tenantid}|${event.id}|${endpointId}`).slice(0, 16);
  return `${timeKey(at.getTime())}${digest}`;
}

/** Key of the row of an event. */
export function eventKey(event: { id: string; tenantid: string }, at: Date): string {
  return `${timeKey(at.getTime())}${hash('sha256', `${event.tenantid}|${event.id}`).slice(0, 24)}`;
}

/** Public id of a delivery: it says where it is kept. */
export function deliveryId(endpointId: string, key: string): string {
  return `dlv_${endpointId.replaceAll('-', '')}${key}`;
}

/** Where a delivery is kept, or undefined for what is no id of ours. */
export function parseDeliveryId(id: string): { endpointId: string; key: string } | undefined {
  const [, hex, key] = ID.exec(id) ?? [];
  if (!hex || !key) return undefined;
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { endpointId: parts.join('-'), key };
}

export const rowKeys = {
  delivery: (endpointId: string, key: string) => `d|${endpointId}|${key}`,
  /** What the rows begin with that a delivery may be packed in. */
  packs: (endpointId: string, key: string) => `b|${endpointId}|${slotOf(key)}|`,
  /** Place in the line of a resource: oldest first. */
  line: (endpointId: string, resource: string, key: string) =>
    `f|${endpointId}|${lineOf(resource)}|${oldestFirst(key)}`,
};

export const ranges = {
  /** Deliveries of events from `since` to before `until`, newest first. */
  deliveries: (endpointId: string, { from, to }: KeyRange) => ({
    from: rowKeys.delivery(endpointId, from),
    to: rowKeys.delivery(endpointId, to),
  }),
  /** Packs of the same, and of what shares their slots. */
  packs: (endpointId: string, { from, to }: KeyRange) => ({
    from: `b|${endpointId}|${slotOf(from)}`,
    to: `b|${endpointId}|${slotOf(to)}~`,
  }),
  /** The packs that one delivery may be in. */
  packsOf: (endpointId: string, key: string) => {
    const prefix = rowKeys.packs(endpointId, key);
    return { from: prefix, to: `${prefix}~` };
  },
  line: (endpointId: string, resource: string) => {
    const prefix = `f|${endpointId}|${lineOf(resource)}|`;
    return { from: prefix, to: `${prefix}~` };
  },
  oldEvents: (time: Date) => ({ from: timeKey(time.getTime()) }),
};

/** Keys from `from` to before `to`. */
export type KeyRange = { readonly from: string; readonly to: string };

/** Keys of the deliveries of events from `since` to before `until`, that come after `after`. */
export function keyRange({
  since,
  until,
  after,
}: {
  since?: string | undefined;
  until?: string | undefined;
  after?: string | undefined;
}): KeyRange {
  return {
    from: after ? `${after}~` : until ? timeKey(Date.parse(until) - 1) : '',
    to: since ? timeKey(Date.parse(since) - 1) : '~',
  };
}

function slotOf(key: string): string {
  return key.slice(0, SLOT_DIGITS);
}

function lineOf(resource: string): string {
  return hash('sha256', resource.toLowerCase()).slice(0, 32);
}

function oldestFirst(key: string): string {
  return timeKey(Number.parseInt(key.slice(0, 12), 16)) + key.slice(12);
}

/** What is kept of a delivery, beside its attempts. */
export type DeliveryRow = {
  /** Key of the event's row. */
  readonly event: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly thin?: boolean;
  readonly resource?: string;
  readonly quiet?: boolean;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly nextAttemptAt?: string;
  readonly reason?: string;
};

/** What a delivery's row says of it from the start, whichever of its jobs writes it first. */
export function toRow({ sent, resource }: Job): Omit<DeliveryRow, 'status' | 'attempts' | 'updatedAt'> {
  return {
    event: sent.key,
    eventId: sent.id,
    eventType: sent.type,
    createdAt: sent.at,
    ...(sent.thin && { thin: true }),
    ...(sent.quiet && { quiet: true }),
    ...(resource && { resource }),
  };
}

/** Columns that are read for a list: all but the attempts. */
export const LISTED = [
  ...['event', 'eventId', 'eventType', 'thin', 'resource', 'quiet', 'status', 'attempts'],
  ...['createdAt', 'updatedAt', 'nextAttemptAt', 'reason'],
];
/** Attempts of one delivery that are kept: the newest. */
const MAX_ATTEMPTS = 64;

export function keyOf(row: StoredRow): string {
  return row.rowKey.slice(row.rowKey.lastIndexOf('|') + 1);
}

export function toDelivery(endpointId: string, key: string, row: DeliveryRow): Delivery {
  const { eventId, eventType, status, attempts, createdAt, updatedAt, nextAttemptAt, reason } = row;
  return {
    id: deliveryId(endpointId, key),
    webhook_id: endpointId,
    event_id: eventId,
    event_type: eventType,
    status,
    attempts,
    created_at: createdAt,
    updated_at: updatedAt,
    next_attempt_at: nextAttemptAt || null,
    reason: reason || null,
  };
}

/** The column of an attempt. */
export function toAttemptColumn(attempt: Attempt): Row {
  return { [`a${attempt.attempt % MAX_ATTEMPTS}`]: JSON.stringify(attempt) };
}

/** Every attempt of a delivery, oldest first. */
export function attemptsOf(row: Row): Attempt[] {
  const columns = Object.entries(row).filter(([name]) => /^a\d+$/.test(name));
  const attempts = columns.map(([, text]) => JSON.parse(String(text)) as Attempt);
  return attempts.sort((left, right) => left.attempt - right.attempt);
}

/** Columns that hold a text of any length up to half a megabyte. */
export function splitText(text: string): Row {
  const pieces: Row = {};
  for (let at = 0; at < text.length; at += PIECE) pieces[`body${at / PIECE}`] = text.slice(at, at + PIECE);
  return pieces;
}

export function joinText(row: Row): string {
  let text = '';
  for (let piece = 0; typeof row[`body${piece}`] === 'string'; piece += 1) text += row[`body${piece}`];
  return text;
}
