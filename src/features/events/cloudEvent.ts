import { hash } from 'node:crypto';

/** CloudEvents 1.0 (JSON format). `tenantid` and `correlationid` are extension attributes. */
export type CloudEvent<Type extends string = string, Data = unknown> = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly tenantid: string;
  readonly correlationid?: string;
  /** CloudEvents distributed tracing extension. */
  readonly traceparent?: string;
  readonly data: Data;
};

/**
 * An id that follows from what names the happening (say tenant, row, version of the row) and the event's place in
 * it: whoever makes the event, and however often, the id is the same. RFC 9562 UUID, version 8.
 */
export function eventId(name: string, place = 0): string {
  const bytes = Buffer.from(hash('sha256', name, 'buffer').subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  bytes.writeUInt16BE(place, 14);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
