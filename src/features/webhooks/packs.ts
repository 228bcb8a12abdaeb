import { hash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Row, RowWrite } from '#platform/tables.ts';
import { type DeliveryRow, rowKeys } from './rows.ts';
import type { Attempt } from './schema.ts';

/** A delivery that has no row of its own: its first attempt settled it, or is still to come. */
export type Packed = { readonly key: string; readonly row: DeliveryRow; readonly attempt?: Attempt };

/** The same as text, and where it goes. */
export type Packable = { readonly endpointId: string; readonly key: string; readonly text: string };

/** Characters a pack: deflated, they fit the 64 KiB of a column. */
export const MAX_PACKED = 60_000;

export function toPackable(endpointId: string, { key, row, attempt }: Packed): Packable {
  return { endpointId, key, text: JSON.stringify({ key, row, attempt: attempt && toAnswer(attempt) }) };
}

/** Rows that two deliveries can share. */
export function packOf({ endpointId, key }: Packable): string {
  return rowKeys.packs(endpointId, key);
}

/** As few rows as hold them; the same deliveries make the same rows. */
export function toPacks(packables: readonly Packable[]): RowWrite[] {
  const rows: RowWrite[] = [];
  for (const [prefix, own] of Map.groupBy(packables, packOf)) {
    let texts: string[] = [];
    let size = 0;
    for (const { text } of own) {
      if (size + text.length > MAX_PACKED && texts.length > 0) {
        rows.push(toRow(prefix, texts));
        [texts, size] = [[], 0];
      }
      texts.push(text);
      size += text.length + 1;
    }
    rows.push(toRow(prefix, texts));
  }
  return rows;
}

/** What a row of packed deliveries holds, in no order. */
export function packedIn(row: Row): Packed[] {
  const kept = JSON.parse(inflateRawSync(row.pack as Uint8Array).toString()) as Kept[];
  return kept.map(({ attempt, ...packed }) => ({
    ...packed,
    ...(attempt && { attempt: toAttempt(attempt) }),
  }));
}

type Kept = Omit<Packed, 'attempt'> & { readonly attempt?: Answer };
/** What the first attempt that succeeds says of itself goes without saying. */
type Answer = Omit<Attempt, 'attempt' | 'error_kind' | 'error'>;

function toAnswer({ at, latency_ms, status, response_headers, response_body }: Attempt): Answer {
  return { at, latency_ms, status, response_headers, response_body };
}

function toAttempt(answer: Answer): Attempt {
  return { attempt: 1, error_kind: null, error: null, ...answer };
}

function toRow(prefix: string, texts: readonly string[]): RowWrite {
  const text = `[${texts.join(',')}]`;
  const rowKey = `${prefix}${hash('sha256', text).slice(0, 16)}`;
  return { kind: 'upsert', rowKey, row: { pack: deflateRawSync(text, { level: 1 }) } };
}
