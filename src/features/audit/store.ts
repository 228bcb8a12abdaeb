import type { Partition, StoredRow, TableDeclaration, Tables } from '#platform/tables.ts';
import { GENESIS, type Head, type Link } from './chain.ts';

export const auditTable: TableDeclaration = {
  name: 'audit',
  description: 'The audit log: who did what, each entry with the hash of the one before.',
  keys: 'PartitionKey = tenant, RowKey = `e|NUMBER` entry, `head` its newest number and hash: entries and head are written in one transaction. PartitionKey = !tenants, RowKey = tenant: what the verification walks.',
};

type EntryRow = { json: string; previous: string; hash: string };
type HeadRow = { seq: number; hash: string; time: string };
/** `time` of the newest entry, ISO 8601: times of a chain never fall. */
export type StoredHead = Head & { readonly time: string; readonly etag: string | undefined };

const HEAD = 'head';
const DIGITS = 12;

/** The rows of one tenant's audit log. */
export class AuditStore {
  readonly #partition: Partition;
  readonly #tenants: Partition;
  readonly #tenantId: string;

  constructor(tables: Tables, tenantId: string) {
    const table = tables.open(auditTable);
    this.#partition = table.forTenant(tenantId);
    this.#tenants = table.system('tenants');
    this.#tenantId = tenantId;
  }

  async head(): Promise<StoredHead> {
    const row = await this.#partition.get<HeadRow>(HEAD);
    const { seq, hash } = row ?? GENESIS;
    return { seq, hash, time: row?.time ?? '', etag: row?.etag };
  }

  /** Writes links and the head (its time the new one, its ETag the old), all or nothing; the ETag of the head. @throws WriteConflict where somebody was faster */
  async append(links: readonly Link[], { etag, time }: StoredHead): Promise<string | undefined> {
    const last = links.at(-1);
    if (!last) throw new TypeError('there is nothing to append');
    if (etag === undefined) await this.#tenants.write({ kind: 'upsert', rowKey: this.#tenantId, row: {} });
    const row: HeadRow = { seq: last.seq, hash: last.hash, time };
    const [written] = await this.#partition.transaction([
      etag === undefined
        ? { kind: 'insert', rowKey: HEAD, row }
        : { kind: 'replace', rowKey: HEAD, row, etag },
      ...links.map(({ seq, json, previous, hash }) => {
        const entry: EntryRow = { json, previous, hash };
        return { kind: 'insert', rowKey: keyOf(seq), row: entry } as const;
      }),
    ]);
    return written;
  }

  async find(seq: number): Promise<Link | undefined> {
    const row = await this.#partition.get<EntryRow>(keyOf(seq));
    return row && toLink(row);
  }

  /** Links from `from` to below `to`, in order. */
  async between(from: number, to: number): Promise<Link[]> {
    return (await this.#partition.list<EntryRow>({ from: keyOf(from), to: keyOf(to) })).map(toLink);
  }

  /** Every link in order, a page at a time. */
  async *pages(from = 1): AsyncGenerator<Link[]> {
    for await (const page of this.#partition.pages<EntryRow>({ from: keyOf(from), to: 'e|~' }))
      yield page.map(toLink);
  }
}

/** Tenants that have an audit log. */
export async function listAuditedTenants(tables: Tables): Promise<string[]> {
  return (await tables.open(auditTable).system('tenants').list()).map(({ rowKey }) => rowKey);
}

function keyOf(seq: number): string {
  return `e|${String(seq).padStart(DIGITS, '0')}`;
}

function toLink({ rowKey, json, previous, hash }: StoredRow<EntryRow>): Link {
  return { seq: Number(rowKey.slice(2)), json, previous, hash };
}
