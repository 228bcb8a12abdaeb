import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import type { Partition, Range, Row, StoredRow } from '#platform/tables.ts';

/** A partition and the name that a cursor remembers it by. */
export type Source = { readonly name: string; readonly partition: Partition };
export type ListOptions<T> = {
  readonly range?: Pick<Range, 'from' | 'to'>;
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** What the row is shown as; undefined leaves it out. */
  readonly accept: (row: StoredRow<Row>, source: Source) => T | undefined;
};

/** Rows that one request looks at: a filter that matches little ends early, with a cursor to go on from. */
const MAX_SCANNED = 5_000;
const Cursor = z.tuple([z.string(), z.string()]);

type Place = readonly [rowKey: string, source: string];

/**
 * A page of rows of several partitions in the order of their row keys. It may hold fewer than `limit`, even none,
 * where the filter matches little: only a `nextCursor` of null says that this is all.
 */
export async function listRows<T>(
  sources: readonly Source[],
  options: ListOptions<T>,
): Promise<{ items: T[]; nextCursor: string | null }> {
  const after = options.cursor === undefined ? undefined : decodeCursor(options.cursor, Cursor);
  const readers = await Promise.all(sources.map((source) => Reader.open(source, { ...options, after })));
  const items: T[] = [];
  let last: Place | undefined;
  for (let scanned = 0; ; scanned += 1) {
    const next = readers.reduce<Reader | undefined>(
      (best, reader) => (reader.isBefore(best) ? reader : best),
      undefined,
    );
    const row = next?.head;
    if (!next || !row) return { items, nextCursor: null };
    if (items.length === options.limit || scanned === MAX_SCANNED)
      return { items, nextCursor: last ? encodeCursor(last) : null };
    const item = options.accept(row, next.source);
    if (item !== undefined) items.push(item);
    last = [row.rowKey, next.source.name];
    await next.advance();
  }
}

class Reader {
  readonly source: Source;
  readonly #pages: AsyncGenerator<StoredRow<Row>[]>;
  #page: StoredRow<Row>[] = [];
  #at = 0;

  static async open(
    source: Source,
    { range, limit, after }: { range?: Pick<Range, 'from' | 'to'>; limit: number; after: Place | undefined },
  ): Promise<Reader> {
    const from = after && after[0] > (range?.from ?? '') ? after[0] : range?.from;
    const pageSize = Math.min(1000, limit + 1);
    const bounds = { ...(from !== undefined && { from }), ...(range?.to !== undefined && { to: range.to }) };
    const reader = new Reader(source, source.partition.pages<Row>({ ...bounds, pageSize }));
    do await reader.advance();
    while (after && reader.head && !comesAfter([reader.head.rowKey, source.name], after));
    return reader;
  }

  private constructor(source: Source, pages: AsyncGenerator<StoredRow<Row>[]>) {
    this.source = source;
    this.#pages = pages;
  }

  get head(): StoredRow<Row> | undefined {
    return this.#page[this.#at];
  }

  isBefore(other: Reader | undefined): boolean {
    if (!this.head) return false;
    if (!other?.head) return true;
    return comesAfter([other.head.rowKey, other.source.name], [this.head.rowKey, this.source.name]);
  }

  async advance(): Promise<void> {
    this.#at += 1;
    while (this.#at >= this.#page.length) {
      const { value, done } = await this.#pages.next();
      this.#page = done ? [] : value;
      this.#at = 0;
      if (done) return;
    }
  }
}

function comesAfter(place: Place, other: Place): boolean {
  return place[0] > other[0] || (place[0] === other[0] && place[1] > other[1]);
}
