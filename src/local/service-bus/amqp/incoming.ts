import { randomUUID } from 'node:crypto';
import type { Incoming } from '../queue/message.ts';
import { itemOffsets, SECTION, type Section, scalarAt, sectionsOf } from './encoding.ts';
import { list, section, text } from './writing.ts';

/** The message format of a batch: its data sections are encoded messages. */
export const BATCH_FORMAT = 0x80013700;

const PROPERTY = { messageId: 0, absoluteExpiryTime: 8, groupId: 10 } as const;
const HEADER_TTL = 2;
const MAX_UINT = 0xffffffff;

/** Returns the messages of one transfer; throws a RangeError if the bytes are not well formed. */
export function parseTransfer(body: Buffer, format: number, now: number): Incoming[] {
  if (format !== BATCH_FORMAT) return [parseMessage(body, now)];
  return sectionsOf(body)
    .filter((one) => one.code === SECTION.data)
    .map((one) => parseMessage(asBuffer(scalarAt(body, one.value)), now));
}

/** Returns what the broker needs of a message, and its bytes. A message without an id is given one. */
export function parseMessage(bytes: Buffer, now: number): Incoming {
  const sections = sectionsOf(bytes);
  const properties = listOf(bytes, sections, SECTION.properties);
  const messageId = properties(PROPERTY.messageId);
  const groupId = properties(PROPERTY.groupId);
  const scheduled = annotation(bytes, sections, 'x-opt-scheduled-enqueue-time');
  return {
    // A copy: the bytes are a window on what was read from the socket, which it would keep alive.
    payload: messageId === null ? withMessageId(bytes, sections) : Buffer.from(bytes),
    messageId: messageId === null ? undefined : idText(messageId),
    sessionId: typeof groupId === 'string' ? groupId : undefined,
    timeToLive: timeToLiveOf(bytes, sections, now),
    scheduledFor: typeof scheduled === 'number' ? scheduled : undefined,
  };
}

/** The header counts in milliseconds up to 49 days; longer lives are in absolute-expiry-time alone. */
function timeToLiveOf(bytes: Buffer, sections: Section[], now: number): number {
  const ttl = listOf(bytes, sections, SECTION.header)(HEADER_TTL);
  if (typeof ttl === 'number' && ttl > 0 && ttl < MAX_UINT) return ttl;
  const expiry = listOf(bytes, sections, SECTION.properties)(PROPERTY.absoluteExpiryTime);
  return typeof expiry === 'number' && expiry > now ? expiry - now : Number.POSITIVE_INFINITY;
}

function listOf(bytes: Buffer, sections: Section[], code: number) {
  const found = sections.find((one) => one.code === code);
  const offsets = found === undefined ? [] : itemOffsets(bytes, found.value);
  return function field(index: number) {
    const offset = offsets[index];
    return offset === undefined || index >= offsets.length - 1 ? null : scalarAt(bytes, offset);
  };
}

function annotation(bytes: Buffer, sections: Section[], name: string) {
  const found = sections.find((one) => one.code === SECTION.messageAnnotations);
  const offsets = found === undefined ? [] : itemOffsets(bytes, found.value);
  for (let index = 0; index + 1 < offsets.length; index += 2) {
    const [key, value] = [offsets[index], offsets[index + 1]];
    if (key !== undefined && value !== undefined && scalarAt(bytes, key) === name) {
      return scalarAt(bytes, value);
    }
  }
  return null;
}

function withMessageId(bytes: Buffer, sections: Section[]): Buffer {
  const id = text(randomUUID().replaceAll('-', ''));
  const found = sections.find((one) => one.code === SECTION.properties);
  if (found === undefined) {
    const at = sections.find((one) => one.code > SECTION.properties)?.start ?? bytes.length;
    const added = section(SECTION.properties, list([id]));
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
  }
  const offsets = itemOffsets(bytes, found.value);
  const rest = offsets.slice(1, -1).map((offset, index) => bytes.subarray(offset, offsets[index + 2]));
  return Buffer.concat([
    bytes.subarray(0, found.start),
    section(SECTION.properties, list([id, ...rest])),
    bytes.subarray(found.end),
  ]);
}

function idText(id: string | number | boolean | Buffer): string {
  return Buffer.isBuffer(id) ? id.toString('hex') : String(id);
}

function asBuffer(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new RangeError('A batch holds a section that is not binary.');
}
