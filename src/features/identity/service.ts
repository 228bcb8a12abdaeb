import { type Principal, ROLES, type Role } from '#http/role.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import type { Partition, TableDeclaration, Tables } from '#platform/tables.ts';
import { generateApiKey, hashApiKey, isWellFormed } from './apiKey.ts';

export const keysTable: TableDeclaration = {
  name: 'keys',
  description: 'API keys: only their hashes, with tenant, role and name.',
  keys: 'PartitionKey = !keys, RowKey = SHA-256 of the key: one point read a request, before the tenant is known.',
};

type KeyRow = { tenantId: string; role: string; name: string; createdAt: string; revokedAt?: string };

/** How long an instance trusts what it knows of a key: the longest that a revoked key still works. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;

/** Who may do what: API keys. */
export class Identity {
  readonly #keys: Partition;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { readonly principal: Principal | undefined; readonly until: number }>();

  constructor(ports: { tables: Tables; clock: Clock }) {
    this.#keys = ports.tables.open(keysTable).system('keys');
    this.#clock = ports.clock;
  }

  /** Who is calling. @throws Failure `unauthenticated` for a missing, malformed, unknown or revoked key */
  async authenticate(request: Request): Promise<Principal> {
    const header = request.headers.get('authorization') ?? '';
    const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (!key)
      throw unauthenticated(
        header === '' ? 'no API key was sent' : 'the Authorization header is not a bearer key',
      );
    const principal = isWellFormed(key) ? await this.#lookUp(hashApiKey(key)) : undefined;
    if (!principal) throw unauthenticated('the API key is unknown or was revoked');
    return principal;
  }

  /** Makes a key. The answer is the only time that it is seen. */
  async createKey(input: { tenantId: string; role: Role; name: string }): Promise<string> {
    const key = generateApiKey();
    await this.registerKey(key, input);
    return key;
  }

  /** Makes a given key known, by its hash; doing it again changes nothing. */
  async registerKey(key: string, input: { tenantId: string; role: Role; name: string }): Promise<void> {
    const row: KeyRow = { ...input, createdAt: this.#clock.now().toISOString() };
    await this.#keys.write({ kind: 'upsert', rowKey: hashApiKey(key), row });
  }

  /** The key stops working: here at once, on other instances within 5 seconds. */
  async revokeKey(key: string): Promise<void> {
    const hash = hashApiKey(key);
    await this.#keys.write({
      kind: 'merge',
      rowKey: hash,
      row: { revokedAt: this.#clock.now().toISOString() },
    });
    this.#cache.delete(hash);
  }

  async #lookUp(hash: string): Promise<Principal | undefined> {
    const now = this.#clock.now().getTime();
    const cached = this.#cache.get(hash);
    if (cached && cached.until > now) return cached.principal;
    const principal = toPrincipal(await this.#keys.get<KeyRow>(hash));
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(hash, { principal, until: now + CACHE_MS });
    return principal;
  }
}

function toPrincipal(row: KeyRow | undefined): Principal | undefined {
  const role = ROLES.find((name) => name === row?.role);
  if (!row || !role || row.revokedAt) return undefined;
  return { tenantId: row.tenantId, role, name: row.name };
}

function unauthenticated(message: string): Failure {
  return new Failure('unauthenticated', message, { next: 'send "Authorization: Bearer <API key>"' });
}
