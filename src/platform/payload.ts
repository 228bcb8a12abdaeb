import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { TenantBlobs } from './blobs.ts';
import type { Row } from './tables.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A string property holds 64 KiB of UTF-16, which is this many characters; a binary one as many bytes. */
const MAX_STRING_LENGTH = 32_000;
const MAX_BINARY_LENGTH = 64_000;
/** An entity holds 1 MiB in all; what is larger than this once compressed becomes a blob. */
const MAX_ENTITY_BYTES = 640_000;

/**
 * The columns that hold a text of any size: `body` as it is, else `bodyZ0`, `bodyZ1` … deflated in pieces,
 * else `bodyBlob`, the name of a blob (Table Storage's limits: 64 KiB a property, 1 MiB an entity).
 * A blob is written before the row that names it, and its name ends with the hash of its
 * content: an attempt that loses leaves an orphan, never a row with another one's document.
 */
export async function encodeBody(text: string, blobs: TenantBlobs, blobName: string): Promise<Row> {
  if (text.length <= MAX_STRING_LENGTH) return { body: text };
  const packed = await deflate(Buffer.from(text), { level: 1 });
  if (packed.length > MAX_ENTITY_BYTES) {
    const name = `${blobName}-${hash('sha256', text, 'base64url').slice(0, 16)}`;
    await blobs.write(name, packed);
    return { bodyBlob: name };
  }
  const columns: Row = {};
  for (let offset = 0, piece = 0; offset < packed.length; offset += MAX_BINARY_LENGTH, piece += 1) {
    columns[`bodyZ${piece}`] = new Uint8Array(packed.subarray(offset, offset + MAX_BINARY_LENGTH));
  }
  return columns;
}

/** The text that `encodeBody` stored. @throws when the blob that the row names is gone */
export async function decodeBody(row: Row, blobs: TenantBlobs): Promise<string> {
  if (typeof row.body === 'string') return row.body;
  if (typeof row.bodyBlob === 'string') {
    const packed = await blobs.read(row.bodyBlob);
    if (!packed) throw new Error(`blob ${row.bodyBlob} of a stored document is missing`);
    return (await inflate(packed)).toString();
  }
  const pieces: Uint8Array[] = [];
  for (let piece = 0; row[`bodyZ${piece}`] instanceof Uint8Array; piece += 1) {
    pieces.push(row[`bodyZ${piece}`] as Uint8Array);
  }
  return (await inflate(Buffer.concat(pieces))).toString();
}

/** Bytes that the columns take in a transaction, which may hold 4 MiB. */
export function sizeOfRow(row: Row): number {
  return Object.values(row).reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + value.length * 2;
    if (value instanceof Uint8Array) return sum + value.length * 1.4;
    return sum + 16;
  }, 300);
}
