import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import type { Partition, Row, RowWrite } from '#platform/tables.ts';
import type { Member } from '../members.ts';
import { keyOf } from './rows.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Somebody comes into a group, or goes out of it where there is no member. */
export type MemberChange = { readonly key: string; readonly member?: Member };

/** Changes of one transaction, which writes two rows for each and a few for the group. */
export const CHUNK = 40;
const READS_AT_ONCE = 16;
const MAX_PROPERTY_BYTES = 64_000;
/** An entity holds 1 MiB, a transaction 4 MiB in base64. */
const MAX_ROW_BYTES = 640_000;
const MAX_PENDING_BYTES = 2_500_000;

/** The members of the groups of one tenant: a row for each in its group, and one that finds its groups. */
export class MemberRows {
  readonly #rows: Partition;

  constructor(rows: Partition) {
    this.#rows = rows;
  }

  /** All members of a group by their keys. */
  async all(groupId: string): Promise<Map<string, Member>> {
    const prefix = `m|${groupId}|`;
    const members = new Map<string, Member>();
    for await (const page of this.#rows.pages<Member>({ from: prefix, to: `${prefix}~` }))
      for (const row of page) members.set(row.rowKey.slice(prefix.length), toMember(row));
    return members;
  }

  /** Of the named ones those who are members, by their keys: a read for each. */
  async named(groupId: string, values: readonly string[]): Promise<Map<string, Member>> {
    const keys = [...new Set(values.map(keyOf))];
    const rows = await mapConcurrently(keys, READS_AT_ONCE, (key) =>
      this.#rows.get<Member>(`m|${groupId}|${key}`),
    );
    return new Map(rows.flatMap((row, at) => (row ? [[keys[at] ?? '', toMember(row)] as const] : [])));
  }

  /** Ids of the groups that have a member. */
  async groupIdsOf(member: string): Promise<string[]> {
    const prefix = `u|${keyOf(member)}|`;
    const rows = await this.#rows.list({ from: prefix, to: `${prefix}~`, select: ['RowKey'] });
    return rows.map(({ rowKey }) => rowKey.slice(prefix.length));
  }

  /** Changes that were put off, in their order. */
  async pending(groupId: string): Promise<{ changes: MemberChange[]; rowKeys: string[] }> {
    const rows = await this.#rows.list({ from: `p|${groupId}|`, to: `p|${groupId}|~` });
    if (rows.length === 0) return { changes: [], rowKeys: [] };
    const packed = rows.flatMap(piecesOf);
    const text = (await inflate(Buffer.concat(packed))).toString();
    return { changes: JSON.parse(text) as MemberChange[], rowKeys: rows.map(({ rowKey }) => rowKey) };
  }
}

/** Rows that carry out changes. */
export function changeWrites(groupId: string, changes: readonly MemberChange[]): RowWrite[] {
  return changes.flatMap(({ key, member }): RowWrite[] => {
    const [forth, back] = [`m|${groupId}|${key}`, `u|${key}|${groupId}`];
    if (!member)
      return [
        { kind: 'delete', rowKey: forth },
        { kind: 'delete', rowKey: back },
      ];
    return [
      { kind: 'upsert', rowKey: forth, row: member },
      { kind: 'upsert', rowKey: back, row: {} },
    ];
  });
}

/** Rows that keep changes for later. @throws Failure `tooLarge` for more than a transaction holds, about 100,000 */
export async function pendingWrites(groupId: string, changes: readonly MemberChange[]): Promise<RowWrite[]> {
  if (changes.length === 0) return [];
  const packed = await deflate(Buffer.from(JSON.stringify(changes)), { level: 1 });
  if (packed.length > MAX_PENDING_BYTES)
    throw new Failure('tooLarge', 'these are too many members for one request; send some 10,000 at a time');
  return Array.from({ length: Math.ceil(packed.length / MAX_ROW_BYTES) }, (_, index) => ({
    kind: 'insert',
    rowKey: `p|${groupId}|${String(index).padStart(4, '0')}`,
    row: toPieces(packed.subarray(index * MAX_ROW_BYTES, (index + 1) * MAX_ROW_BYTES)),
  }));
}

function toPieces(bytes: Uint8Array): Row {
  const row: Row = {};
  for (let at = 0; at < bytes.length; at += MAX_PROPERTY_BYTES)
    row[`bytes${at / MAX_PROPERTY_BYTES}`] = new Uint8Array(bytes.subarray(at, at + MAX_PROPERTY_BYTES));
  return row;
}

function piecesOf(row: Row): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; row[`bytes${at}`] instanceof Uint8Array; at += 1)
    pieces.push(row[`bytes${at}`] as Uint8Array);
  return pieces;
}

function toMember({ value, type, display }: Row & Member): Member {
  return { value, ...(type !== undefined && { type }), ...(display !== undefined && { display }) };
}
