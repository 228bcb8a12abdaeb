import { hash } from 'node:crypto';
import { textColumns } from '#platform/columns.ts';
import type { Row } from '#platform/tables.ts';

/** A value as columns: its JSON in pieces, their number, and a hash that tells whether it changed. */
export function toColumns(value: unknown): Row & { readonly hash: string } {
  const text = JSON.stringify(value);
  const columns = textColumns('body', text);
  const pieces = Object.keys(columns).length;
  return { ...columns, pieces, hash: hash('sha256', text, 'base64url').slice(0, 22) };
}

/** The value that {@link toColumns} was given. */
export function fromColumns<T>(row: Row): T {
  const pieces = Array.from({ length: Number(row.pieces) }, (_, piece) => row[`body${piece}`]);
  return JSON.parse(pieces.join('')) as T;
}

/** A legal row key of a fixed length for any text, without regard to case: 96 bits of its hash, in hex. */
export function keyOf(text: string): string {
  return hash('sha256', text.toLowerCase()).slice(0, 24);
}
