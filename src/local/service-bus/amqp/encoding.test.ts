import fc from 'fast-check';
import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import type { Message } from '../queue/message.ts';
import { sectionsOf } from './encoding.ts';
import { parseMessage, parseTransfer } from './incoming.ts';
import { swapGuid } from './lock-token.ts';
import { encodeForDelivery, withProperties } from './outgoing.ts';

const value = fc.oneof(
  fc.string(),
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.boolean(),
  fc.double({ noNaN: true, noInteger: true }),
);
/** rhea decodes into plain objects, which lose the key `__proto__`. */
const name = fc.string({ minLength: 1 }).filter((key) => key !== '__proto__');
const bag = fc.dictionary(name, value, { noNullPrototype: true });
const message = fc.record(
  {
    body: fc.uint8Array({ maxLength: 400 }).map((bytes) => rhea.message.data_section(Buffer.from(bytes))),
    message_id: fc.oneof(fc.string({ minLength: 1 }), fc.nat()),
    correlation_id: fc.string(),
    group_id: fc.string(),
    ttl: fc.integer({ min: 1, max: 2 ** 31 }),
    application_properties: bag,
    message_annotations: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), value, { noNullPrototype: true }),
  },
  { requiredKeys: ['body'] },
);
const stored: Message = {
  id: 1,
  sequenceNumber: 77,
  state: 'deferred',
  enqueuedAt: 1_700_000_000_000,
  scheduledFor: undefined,
  timeToLive: 5_000,
  deliveryCount: 3,
  sessionId: undefined,
  size: 0,
  lock: { token: '00112233445566778899aabbccddeeff', until: 1_700_000_001_000 },
};

function bareOf(bytes: Buffer): Buffer {
  return bytes.subarray(sectionsOf(bytes).find((section) => section.code >= 0x73)?.start);
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('messages on the wire', () => {
  it('are read as rhea reads them', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const encoded = rhea.message.encode(sent);

        const parsed = parseMessage(encoded, 0);

        const decoded = rhea.message.decode(parsed.payload);
        const expected = {
          ...rhea.message.decode(encoded),
          message_id: sent.message_id ?? decoded.message_id,
        };
        expect(parsed.sessionId).toBe(sent.group_id);
        expect(parsed.timeToLive).toBe(sent.ttl ?? Number.POSITIVE_INFINITY);
        expect(String(decoded.message_id)).toMatch(sent.message_id === undefined ? /^[0-9a-f]{32}$/ : /./);
        expect({ ...decoded }).toEqual(expected);
      }),
    );
  });

  it('are delivered with the sender’s bytes and the broker’s annotations', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const encoded = rhea.message.encode(sent);

        const delivered = encodeForDelivery(stored, encoded);

        const decoded = rhea.message.decode(delivered);
        expect(bareOf(delivered).equals(bareOf(encoded))).toBe(true);
        expect(decoded.delivery_count).toBe(3);
        expect(decoded.ttl).toBe(5_000);
        expect(decoded.message_annotations).toMatchObject({
          ...rhea.message.decode(encoded).message_annotations,
          'x-opt-sequence-number': 77,
          'x-opt-enqueued-time': new Date(1_700_000_000_000),
          'x-opt-locked-until': new Date(1_700_000_001_000),
          'x-opt-message-state': 1,
        });
      }),
    );
  });

  it('keep everything but the properties that are set', () => {
    fc.assert(
      fc.property(message, bag, (sent, properties) => {
        const encoded = rhea.message.encode(sent);

        const changed = rhea.message.decode(withProperties(encoded, properties));

        const before = rhea.message.decode(encoded);
        expect(changed.application_properties ?? {}).toEqual({
          ...before.application_properties,
          ...properties,
        });
        expect({ ...changed, application_properties: 0 }).toEqual({ ...before, application_properties: 0 });
      }),
    );
  });

  it('are refused when they are not well formed, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.boolean(), (bytes, batch) => {
        const format = batch ? 0x80013700 : 0;

        const error = errorOf(() => parseTransfer(Buffer.from(bytes), format, 0));

        expect([undefined, RangeError]).toContain(
          error === undefined ? undefined : Object(error).constructor,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

it('swaps the byte order of a lock token as .NET does', () => {
  const swapped = swapGuid(Buffer.from('00112233445566778899aabbccddeeff', 'hex'));

  expect(swapped.toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(swapGuid(swapped).toString('hex')).toBe('00112233445566778899aabbccddeeff');
});
