import { hash } from 'node:crypto';
import type { Row, StoredRow, TableDeclaration } from '#platform/tables.ts';
import type { Attempt, Delivery, DeliveryStatus } from './schema.ts';

export const webhooksTable: TableDeclaration = {
  name: 'webhooks',
  description: 'Webhook endpoints, their health, and deliveries that found the queue full.',
  keys: 'PartitionKey = tenant, RowKey = `e|ID` endpoint, `h|ID` since when it fails, `x|ID` when it was deleted, `g` changes with any endpoint, so that one point read keeps every fan-out exact. PartitionKey = tenant|waiting, RowKey = delivery to be queued once there is room. PartitionKey = !tenants, RowKey = tenant: what the sweep walks.',
};

export const deliveriesTable: TableDeclaration = {
  name: 'deliveries',
  description: 'What is sent to each webhook endpoint, and every attempt.',
  keys: 'PartitionKey = tenant|endpoint: one transaction takes what a batch of events brings, and a busy endpoint slows no other. RowKey = `d|KEY` delivery, `a|KEY|TIME` attempt, `f|RESOURCE|TIME` the line of an ordered resource; KEY = time of the event, newest first, then a hash of event and endpoint: the same event makes the same row, however often it comes.',
};

const MAX_TIME = 0xffff_ffff_ffff;
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
  delivery: (key: string) => `d|${key}`,
  attempt: (key: string, at: string, number: number) => `a|${key}|${at}|${number}`,
  /** Place in the line of a resource: oldest first. */
  line: (resource: string, key: string) => `f|${lineOf(resource)}|${oldestFirst(key)}`,
};

export const ranges = {
  /** Deliveries of events from `since` to before `until`, newest first. */
  deliveries: ({ since, until, after }: { since?: string; until?: string; after?: string }) => ({
    from: after ? `d|${after}~` : `d|${until ? timeKey(Date.parse(until) - 1) : ''}`,
    to: since ? `d|${timeKey(Date.parse(since) - 1)}` : 'd|~',
  }),
  attempts: (key: string) => ({ from: `a|${key}|`, to: `a|${key}|~` }),
  line: (resource: string) => ({ from: `f|${lineOf(resource)}|`, to: `f|${lineOf(resource)}|~` }),
  /** Rows of one kind whose event is older than a time. */
  olderThan: (kind: 'd' | 'a', time: Date) => ({
    from: `${kind}|${timeKey(time.getTime())}`,
    to: `${kind}|~`,
  }),
};

function lineOf(resource: string): string {
  return hash('sha256', resource.toLowerCase()).slice(0, 32);
}

function oldestFirst(key: string): string {
  return timeKey(Number.parseInt(key.slice(0, 12), 16)) + key.slice(12);
}

/** What is kept of a delivery. */
export type DeliveryRow = {
  readonly eventId: string;
  readonly eventType: string;
  readonly resource?: string;
  readonly quiet: boolean;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly nextAttemptAt?: string;
  readonly reason?: string;
};

/** Columns that are read for a list. */
export const LISTED = [
  ...['eventId', 'eventType', 'status', 'attempts', 'createdAt', 'updatedAt', 'nextAttemptAt', 'reason'],
];

export function toDelivery(endpointId: string, row: StoredRow): Delivery {
  const { eventId, eventType, status, attempts, createdAt, updatedAt, nextAttemptAt, reason } =
    row as unknown as DeliveryRow;
  return {
    id: deliveryId(endpointId, row.rowKey.slice(2)),
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

export function toAttemptRow(attempt: Attempt): Row {
  const {
    response_headers: headers,
    status,
    error_kind: kind,
    error,
    response_body: body,
    ...rest
  } = attempt;
  return {
    ...rest,
    headers: JSON.stringify(headers),
    ...(status !== null && { status }),
    ...(kind !== null && { kind }),
    ...(error !== null && { error }),
    ...(body !== null && { body }),
  };
}

export function toAttempt(row: Row): Attempt {
  return {
    attempt: Number(row.attempt),
    at: String(row.at),
    latency_ms: Number(row.latency_ms),
    status: typeof row.status === 'number' ? row.status : null,
    error_kind: typeof row.kind === 'string' ? row.kind : null,
    error: typeof row.error === 'string' ? row.error : null,
    response_headers: JSON.parse(typeof row.headers === 'string' ? row.headers : '{}'),
    response_body: typeof row.body === 'string' ? row.body : null,
  };
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
