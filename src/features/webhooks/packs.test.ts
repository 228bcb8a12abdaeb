import { expect, it } from 'vitest';
import type { Row } from '#platform/tables.ts';
import { type Packed, packedIn, toPackable, toPacks } from './packs.ts';

const ENDPOINT = '11111111-1111-4111-8111-111111111111';

function deliveredAt(slot: number, index: number, body = 'ok'): Packed {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    key: `fe63${String(slot).padStart(6, '0')}${String(index).padStart(18, '0')}`,
    row: {
      event: `event-${index}`,
      eventId: `id-${index}`,
      eventType: 'ResourceUpdated',
      status: 'delivered',
      attempts: 1,
      createdAt: at,
      updatedAt: at,
      ...(index % 2 === 0 && { thin: true }),
    },
    attempt: {
      attempt: 1,
      at,
      latency_ms: index,
      status: 200 + index,
      error_kind: null,
      error: null,
      response_headers: { server: 'nginx' },
      response_body: body,
    },
  };
}

function rowsOf(packed: readonly Packed[]): { rowKey: string; row: Row }[] {
  return toPacks(packed.map((one) => toPackable(ENDPOINT, one))) as { rowKey: string; row: Row }[];
}

it('what is packed comes out as it was, with its attempt', () => {
  const { attempt: _, ...pending } = deliveredAt(1, 4);
  const packed = [deliveredAt(1, 1), deliveredAt(1, 2), deliveredAt(1, 3), pending];

  const rows = rowsOf(packed);

  expect(rows).toHaveLength(1);
  expect(packedIn(rows[0]?.row ?? {})).toEqual(packed);
});

it('deliveries of one quarter of a second share a row, and the same ones always the same', () => {
  const packed = [deliveredAt(1, 1), deliveredAt(2, 2), deliveredAt(1, 3)];

  const keys = rowsOf(packed).map(({ rowKey }) => rowKey);

  expect(keys).toHaveLength(2);
  expect(keys).toEqual(rowsOf(packed).map(({ rowKey }) => rowKey));
  expect(keys.every((key) => key.startsWith(`b|${ENDPOINT}|fe63`))).toBe(true);
});

it('a row never holds more than a column takes, whatever receivers answer', () => {
  // Hardly to be compressed.
  const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(3000))).toString('base64');
  const packed = Array.from({ length: 100 }, (_, index) => deliveredAt(1, index, noise()));

  const rows = rowsOf(packed);

  expect(rows.every(({ row }) => (row.pack as Uint8Array).length <= 65_536)).toBe(true);
  expect(rows.flatMap(({ row }) => packedIn(row))).toEqual(packed);
});
