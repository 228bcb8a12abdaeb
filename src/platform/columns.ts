import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Row } from './tables.ts';

/** A string column holds 64 KiB of UTF-16, that is 32,768 characters, a binary one 64 KiB. */
const CHARACTERS = 32_000;
const BYTES = 64_000;

/** A text of any length as columns `name0`, `name1` …; no character is cut in two. An empty text has none. */
export function textColumns(name: string, text: string): Row {
  const columns: Row = {};
  for (let at = 0, index = 0; at < text.length; index += 1) {
    const end = at + CHARACTERS;
    const isWithinPair = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xff_ff;
    const next = isWithinPair ? end - 1 : end;
    columns[`${name}${index}`] = text.slice(at, next);
    at = next;
  }
  return columns;
}

/** The text that {@link textColumns} was given. */
export function textOf(name: string, row: Row): string {
  let text = '';
  for (let index = 0; typeof row[`${name}${index}`] === 'string'; index += 1) text += row[`${name}${index}`];
  return text;
}

/** The JSON of a value, deflated, as binary columns `name0`, `name1` …; a row holds 1 MiB in all. */
export function packJson(name: string, value: unknown): Row {
  const packed = deflateRawSync(JSON.stringify(value), { level: 1 });
  const columns: Row = {};
  for (let at = 0; at < packed.length; at += BYTES)
    columns[`${name}${at / BYTES}`] = new Uint8Array(packed.subarray(at, at + BYTES));
  return columns;
}

/** The value that {@link packJson} was given; undefined where the row has no such columns. */
export function unpackJson(name: string, row: Row): unknown {
  const pieces: Uint8Array[] = [];
  for (let index = 0; row[`${name}${index}`] instanceof Uint8Array; index += 1)
    pieces.push(row[`${name}${index}`] as Uint8Array);
  return pieces.length === 0 ? undefined : JSON.parse(inflateRawSync(Buffer.concat(pieces)).toString());
}
