import type { Message, MessageState, Properties } from '../queue/message.ts';
import { itemOffsets, SECTION, type Section, scalarAt, sectionsOf } from './encoding.ts';
import { uuidFromToken } from './lock-token.ts';
import { encodeProperties } from './rhea.ts';
import { int, list, long, map, NULL, section, symbol, timestamp, uint, uuid } from './writing.ts';

const KEY = {
  sequenceNumber: symbol('x-opt-sequence-number'),
  enqueueSequenceNumber: symbol('x-opt-enqueue-sequence-number'),
  enqueuedTime: symbol('x-opt-enqueued-time'),
  lockedUntil: symbol('x-opt-locked-until'),
  lockToken: symbol('x-opt-lock-token'),
  state: symbol('x-opt-message-state'),
};
const OWN = new Set([
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-lock-token',
  'x-opt-message-state',
]);
const STATE_NUMBER: Record<MessageState, number> = { active: 0, deferred: 1, scheduled: 2 };
const MAX_UINT = 0xffffffff;

/** Returns the message as a receiver gets it: the sender's bytes under the broker's header and annotations. */
export function encodeForDelivery(message: Message, payload: Buffer): Buffer {
  const sections = sectionsOf(payload);
  const bare = sections.find((one) => one.code >= SECTION.properties)?.start ?? payload.length;
  return Buffer.concat([
    header(message, payload, sections),
    annotations(message, payload, sections),
    payload.subarray(bare),
  ]);
}

/** Returns the payload with the application properties set; all else stays as it is. */
export function withProperties(payload: Buffer, properties: Properties): Buffer {
  const added = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null);
  if (added.length === 0) return payload;
  const names = new Set(added.map(([name]) => name));
  const found = sectionsOf(payload).find((one) => one.code >= SECTION.applicationProperties);
  const exists = found?.code === SECTION.applicationProperties;
  const kept = exists ? pairsOf(payload, found.value, names) : [];
  const encoded = encodeProperties(Object.fromEntries(added));
  const pairs = [...kept, ...pairsOf(encoded, sectionsOf(encoded)[0]?.value ?? 0, new Set())];
  const start = found?.start ?? payload.length;
  return Buffer.concat([
    payload.subarray(0, start),
    section(SECTION.applicationProperties, map(2 * pairs.length, pairs)),
    payload.subarray(exists ? found.end : start),
  ]);
}

function header(message: Message, payload: Buffer, sections: Section[]): Buffer {
  const found = sections.find((one) => one.code === SECTION.header);
  const offsets = found === undefined ? [] : itemOffsets(payload, found.value);
  function original(index: number): Buffer {
    return index + 1 < offsets.length ? payload.subarray(offsets[index], offsets[index + 1]) : NULL;
  }
  const ttl = message.timeToLive <= MAX_UINT ? uint(message.timeToLive) : NULL;
  const fields = [original(0), original(1), ttl, NULL, uint(message.deliveryCount)];
  return section(SECTION.header, list(fields));
}

function annotations(message: Message, payload: Buffer, sections: Section[]): Buffer {
  const found = sections.find((one) => one.code === SECTION.messageAnnotations);
  const kept = found === undefined ? [] : pairsOf(payload, found.value, OWN);
  const parts = [
    ...kept,
    KEY.sequenceNumber,
    long(message.sequenceNumber),
    KEY.enqueueSequenceNumber,
    long(0),
    KEY.enqueuedTime,
    timestamp(message.enqueuedAt),
    KEY.state,
    int(STATE_NUMBER[message.state]),
  ];
  let count = 2 * kept.length + 8;
  if (message.lock !== undefined) {
    parts.push(KEY.lockedUntil, timestamp(message.lock.until));
    parts.push(KEY.lockToken, uuid(uuidFromToken(message.lock.token)));
    count += 4;
  }
  return section(SECTION.messageAnnotations, map(count, parts));
}

/** Returns the encoded pairs of a map, each with key and value, but those whose key is in `without`. */
export function pairsOf(bytes: Buffer, value: number, without: ReadonlySet<string>): Buffer[] {
  const offsets = itemOffsets(bytes, value);
  const pairs: Buffer[] = [];
  for (let index = 0; index + 2 < offsets.length; index += 2) {
    const start = offsets[index];
    if (start === undefined || without.has(String(scalarAt(bytes, start)))) continue;
    pairs.push(bytes.subarray(start, offsets[index + 2]));
  }
  return pairs;
}
