import { randomUUID } from 'node:crypto';
import { textColumns, textOf } from '#platform/columns.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Partition, Row, RowWrite, StoredRow } from '#platform/tables.ts';
import { ScimFailure } from '../problems.ts';
import type { Resource } from '../resource.ts';

const FROM = 'r|';
const TO = 'r|~';
const READS_AT_ONCE = 16;
/** What a resource may take as JSON, in characters: a row holds 1 MiB, and a transaction two of them. */
const MAX_TEXT = 240_000;

/** A row whose resource is on its way out: nobody sees it any more. */
export type DocumentRow = Row & { readonly deleted?: boolean };

/** The resources of one kind of one tenant, in the order of their ids. */
export class Documents {
  readonly #rows: Partition;

  constructor(rows: Partition) {
    this.#rows = rows;
  }

  /** Another one after every write: what was read before it is then out of date. */
  async generation(): Promise<string> {
    return (await this.#rows.get<{ generation: string }>('v'))?.generation ?? '';
  }

  /** Ids of all. Storage reads 1,000 rows at a time, of which only keys come over the wire. */
  async ids(): Promise<string[]> {
    return [...(await this.column('deleted')).keys()];
  }

  /** A column of each row by the id of its resource. */
  async column(name: string): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for await (const page of this.#rows.pages<DocumentRow>({ from: FROM, to: TO, select: ['deleted', name] }))
      for (const row of page.filter(isThere)) values.set(row.rowKey.slice(FROM.length), String(row[name]));
    return values;
  }

  async *scan(): AsyncGenerator<Resource[]> {
    for await (const page of this.#rows.pages<DocumentRow>({ from: FROM, to: TO }))
      yield page.filter(isThere).map(toResource);
  }

  /** Those of the ids that are still there. */
  async read(ids: readonly string[]): Promise<Resource[]> {
    const rows = await mapConcurrently(ids, READS_AT_ONCE, (id) => this.row(id));
    return rows.filter((row) => row !== undefined).map(toResource);
  }

  /** Those from one id to another: one read for many. */
  async readRange(first: string, last: string): Promise<Resource[]> {
    const rows = await this.#rows.list<DocumentRow>({ from: `${FROM}${first}`, to: `${FROM}${last}~` });
    return rows.filter(isThere).map(toResource);
  }

  async row<T extends DocumentRow>(id: string): Promise<StoredRow<T> | undefined> {
    const row = isId(id) ? await this.#rows.get<T>(`${FROM}${id}`) : undefined;
    return row && isThere(row) ? row : undefined;
  }
}

export function rowKeyOf(id: string): string {
  return `${FROM}${id}`;
}

/** Goes with every write of a partition. */
export function newGeneration(rowKey = 'v'): RowWrite {
  return { kind: 'upsert', rowKey, row: { generation: randomUUID() } };
}

/** The columns that hold a resource. @throws ScimFailure where it is too large */
export function toColumns(resource: Resource): Row {
  const text = JSON.stringify(resource);
  if (text.length > MAX_TEXT)
    throw new ScimFailure('invalidValue', `a resource takes at most ${MAX_TEXT} characters`, 'tooLarge');
  return textColumns('body', text);
}

export function toResource(row: Row): Resource {
  return JSON.parse(textOf('body', row)) as Resource;
}

function isThere(row: DocumentRow): boolean {
  return row.deleted !== true;
}

/** Whether a text can be an id of ours. */
function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);
}
