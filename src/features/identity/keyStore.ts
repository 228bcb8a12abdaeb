import * as z from 'zod';
import { ROLES } from '#http/role.ts';
import {
  type Partition,
  type Row,
  type StoredRow,
  type Table,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';

export const keysTable: TableDeclaration = {
  name: 'keys',
  description: 'API keys: only their hashes, with role, scopes and name.',
  keys: 'PartitionKey = tenant, RowKey = `k|ID` key, `u|ID` when it was last used. PartitionKey = !hashes, RowKey = SHA-256 of the key: tenant and id. The row of the tenant says whether the hash still counts, so rotation and revocation are one write.',
};

const Scopes = z.object({
  access: z.enum(['read', 'write']),
  subscriptions: z.array(z.string()).nullable(),
  features: z.array(z.string()).nullable(),
});

const StoredKey = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  scopes: Scopes,
  hash: z.string(),
  hint: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  rotatedAt: z.string().nullable(),
  previousHash: z.string().nullable(),
  previousUntil: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
/** What is kept of a key; times in ISO 8601. */
export type StoredKey = z.infer<typeof StoredKey>;
export type KeyEntry = { readonly id: string; readonly key: StoredKey; readonly etag: string };

type Place = { readonly tenantId: string; readonly id: string };

/** The rows of keys. */
export class KeyStore {
  readonly #table: Table;
  readonly #hashes: Partition;

  constructor(tables: Tables) {
    this.#table = tables.open(keysTable);
    this.#hashes = this.#table.system('hashes');
  }

  /** The key that a hash names and that still counts as one of its hashes; whether it works is another matter. */
  async findByHash(digest: string): Promise<(Place & { key: StoredKey }) | undefined> {
    const place = await this.#hashes.get<Place>(digest);
    const found = place && (await this.find(place.tenantId, place.id));
    if (!place || !found || ![found.key.hash, found.key.previousHash].includes(digest)) return undefined;
    return { tenantId: place.tenantId, id: place.id, key: found.key };
  }

  async find(tenantId: string, id: string): Promise<KeyEntry | undefined> {
    const row = await this.#table.forTenant(tenantId).get<{ json: string }>(`k|${id}`);
    return row && toEntry(row);
  }

  async list(tenantId: string): Promise<(KeyEntry & { lastUsedAt: string | null })[]> {
    const partition = this.#table.forTenant(tenantId);
    const [rows, uses] = await Promise.all([
      partition.list<{ json: string }>({ from: 'k|', to: 'k|~' }),
      partition.list<{ at: string }>({ from: 'u|', to: 'u|~' }),
    ]);
    const used = new Map(uses.map(({ rowKey, at }) => [rowKey.slice(2), at]));
    return rows.map(toEntry).map((entry) => ({ ...entry, lastUsedAt: used.get(entry.id) ?? null }));
  }

  async lastUsed(tenantId: string, id: string): Promise<string | null> {
    return (await this.#table.forTenant(tenantId).get<{ at: string }>(`u|${id}`))?.at ?? null;
  }

  /** Does nothing where there is one already: its id is made of its hash. */
  async insert(tenantId: string, key: StoredKey): Promise<string> {
    const id = `key_${key.hash.slice(0, 24)}`;
    await this.#point(key.hash, { tenantId, id });
    try {
      await this.#table.forTenant(tenantId).write({ kind: 'insert', rowKey: `k|${id}`, row: toRow(key) });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
    return id;
  }

  /** @throws WriteConflict where somebody was faster */
  async replace(tenantId: string, { id, key, etag }: KeyEntry): Promise<void> {
    await this.#point(key.hash, { tenantId, id });
    const write = { kind: 'replace', rowKey: `k|${id}`, row: toRow(key), etag } as const;
    await this.#table.forTenant(tenantId).write(write);
  }

  async noteUse({ tenantId, id }: Place, at: Date): Promise<void> {
    const row = { at: at.toISOString() };
    await this.#table.forTenant(tenantId).write({ kind: 'upsert', rowKey: `u|${id}`, row });
  }

  #point(digest: string, place: Place): Promise<unknown> {
    return this.#hashes.write({ kind: 'upsert', rowKey: digest, row: { ...place } });
  }
}

function toRow(key: StoredKey): Row {
  return { json: JSON.stringify(key) };
}

function toEntry({ rowKey, json, etag }: StoredRow<{ json: string }>): KeyEntry {
  return { id: rowKey.slice(2), key: StoredKey.parse(JSON.parse(json)), etag };
}
