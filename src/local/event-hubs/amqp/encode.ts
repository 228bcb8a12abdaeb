import { itemOffsets, SECTION, scalarAt, sectionsOf } from '#local/service-bus/amqp/encoding.ts';
import { BATCH_FORMAT } from '#local/service-bus/amqp/incoming.ts';
import { pairsOf } from '#local/service-bus/amqp/outgoing.ts';
import { long, map, section, symbol, text, timestamp } from '#local/service-bus/amqp/writing.ts';
import type { NewEvent } from '../hub.ts';
import type { StoredEvent } from '../store.ts';

const PARTITION_KEY = 'x-opt-partition-key';
const OWN = new Set(['x-opt-sequence-number', 'x-opt-offset', 'x-opt-enqueued-time']);

/** The events of one transfer. @throws RangeError where the bytes are not well formed */
export function parseTransfer(body: Buffer, format: number): NewEvent[] {
  if (format !== BATCH_FORMAT) return [toEvent(body)];
  const batchKey = partitionKeyOf(body);
  return sectionsOf(body)
    .filter(({ code }) => code === SECTION.data)
    .map(({ value }) => {
      const event = scalarAt(body, value);
      if (!Buffer.isBuffer(event)) throw new RangeError('A batch holds a section that is not binary.');
      return { ...toEvent(event), ...(batchKey !== undefined && { partitionKey: batchKey }) };
    });
}

/** The event as a receiver gets it: the sender's bytes under the annotations of the hub. */
export function encodeForDelivery({ sequence, enqueuedAt, payload }: StoredEvent): Buffer {
  const sections = sectionsOf(payload);
  const given = sections.find(({ code }) => code === SECTION.messageAnnotations);
  const kept = given === undefined ? [] : pairsOf(payload, given.value, OWN);
  const bare = sections.find(({ code }) => code >= SECTION.properties)?.start ?? payload.length;
  const parts = [
    ...kept,
    symbol('x-opt-sequence-number'),
    long(sequence),
    symbol('x-opt-offset'),
    text(String(sequence)),
    symbol('x-opt-enqueued-time'),
    timestamp(enqueuedAt),
  ];
  const annotations = section(SECTION.messageAnnotations, map(2 * kept.length + 6, parts));
  return Buffer.concat([annotations, payload.subarray(bare)]);
}

/** A copy: the bytes are a window on what was read from the socket. */
function toEvent(bytes: Buffer): NewEvent {
  return { payload: Buffer.from(bytes), partitionKey: partitionKeyOf(bytes) };
}

function partitionKeyOf(bytes: Buffer): string | undefined {
  const found = sectionsOf(bytes).find(({ code }) => code === SECTION.messageAnnotations);
  const offsets = found === undefined ? [] : itemOffsets(bytes, found.value);
  for (let index = 0; index + 1 < offsets.length; index += 2) {
    const [key = -1, value = -1] = [offsets[index], offsets[index + 1]];
    if (scalarAt(bytes, key) === PARTITION_KEY) return String(scalarAt(bytes, value));
  }
  return undefined;
}
