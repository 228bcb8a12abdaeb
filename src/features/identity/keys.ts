import { holds, type Principal } from '#http/principal.ts';
import type { Role } from '#http/role.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import { WriteConflict } from '#platform/tables.ts';
import { generateApiKey, hashApiKey, hintOf } from './apiKey.ts';
import type { KeyCheck } from './keyCheck.ts';
import type { KeyEntry, KeyStore, StoredKey } from './keyStore.ts';
import type { CreatedKey, Key, KeyInput, KeysQuery } from './schema.ts';

export type KeysPorts = {
  readonly store: KeyStore;
  readonly check: KeyCheck;
  readonly clock: Clock;
  /** Names that `scopes.features` may hold. */
  readonly features: () => readonly string[];
};

export type NewKey = {
  readonly tenantId: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes?: StoredKey['scopes'];
  readonly createdBy?: string;
  readonly expiresAt?: string | null;
};

type Grant = Pick<StoredKey, 'role' | 'scopes'>;

const NO_LIMIT: StoredKey['scopes'] = { access: 'write', subscriptions: null, features: null };
const HOUR_MS = 3_600_000;

/** The API keys of tenants: made, listed, rotated, revoked. Nobody grants more than they hold. */
export class Keys {
  readonly #ports: KeysPorts;

  constructor(ports: KeysPorts) {
    this.#ports = ports;
  }

  /** @throws Failure `forbidden` for more than the caller holds; `invalid` */
  async create(principal: Principal, input: KeyInput): Promise<CreatedKey> {
    const grant = { role: input.role, scopes: input.scopes ?? NO_LIMIT };
    this.#requireKnown(grant.scopes.features);
    requireWithin(principal, grant);
    const expiresAt = input.expires_at ? new Date(input.expires_at).toISOString() : null;
    if (expiresAt && expiresAt <= this.#ports.clock.now().toISOString())
      throw invalid('/expires_at', 'is in the past', 'give a time to come, or leave it out');
    const createdBy = principal.name;
    const { name } = input;
    const made = await this.make({ tenantId: principal.tenantId, name, ...grant, createdBy, expiresAt });
    return { ...(await this.get(principal.tenantId, made.id)), key: made.key };
  }

  /** Makes a key for whom nobody has to be asked: the first of a deployment. */
  async make(input: NewKey, key: string = generateApiKey()): Promise<{ id: string; key: string }> {
    const id = await this.#ports.store.insert(input.tenantId, {
      name: input.name,
      role: input.role,
      scopes: input.scopes ?? NO_LIMIT,
      hash: hashApiKey(key),
      hint: hintOf(key),
      createdAt: this.#ports.clock.now().toISOString(),
      createdBy: input.createdBy ?? 'deployment',
      expiresAt: input.expiresAt ?? null,
      rotatedAt: null,
      previousHash: null,
      previousUntil: null,
      revokedAt: null,
    });
    return { id, key };
  }

  /** Newest first. */
  async list(tenantId: string, { state }: KeysQuery): Promise<Key[]> {
    const entries = await this.#ports.store.list(tenantId);
    const keys = entries.map((entry) => this.#toKey(entry, entry.lastUsedAt));
    return keys
      .filter((key) => !state || key.state === state)
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  }

  /** @throws Failure `notFound` */
  async get(tenantId: string, id: string): Promise<Key> {
    const [entry, lastUsedAt] = await Promise.all([
      this.#find(tenantId, id),
      this.#ports.store.lastUsed(tenantId, id),
    ]);
    return this.#toKey(entry, lastUsedAt);
  }

  /** A new secret for a key; the one before works for `overlapHours` more. @throws Failure `conflict` where it is revoked */
  async rotate(principal: Principal, id: string, overlapHours: number): Promise<CreatedKey> {
    const now = this.#ports.clock.now();
    const secret = generateApiKey();
    await this.#change(principal.tenantId, id, (key) => {
      requireWithin(principal, key);
      if (key.revokedAt)
        throw new Failure('conflict', 'the key was revoked', {
          next: 'make a new one with POST /api/v1/keys',
        });
      return {
        ...key,
        hash: hashApiKey(secret),
        hint: hintOf(secret),
        rotatedAt: now.toISOString(),
        previousHash: key.hash,
        previousUntil: new Date(now.getTime() + overlapHours * HOUR_MS).toISOString(),
      };
    });
    return { ...(await this.get(principal.tenantId, id)), key: secret };
  }

  /** The key stops working: here at once, on other instances within 5 seconds. Doing it again changes nothing. */
  revoke(tenantId: string, id: string): Promise<void> {
    const revokedAt = this.#ports.clock.now().toISOString();
    return this.#change(tenantId, id, (key) => (key.revokedAt ? key : { ...key, revokedAt }));
  }

  async #change(tenantId: string, id: string, decide: (key: StoredKey) => StoredKey): Promise<void> {
    const { key, etag } = await this.#find(tenantId, id);
    try {
      await this.#ports.store.replace(tenantId, { id, key: decide(key), etag });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      return this.#change(tenantId, id, decide);
    }
    this.#ports.check.forget(key);
  }

  async #find(tenantId: string, id: string): Promise<KeyEntry> {
    const entry = /^key_[\da-f]{24}$/.test(id) ? await this.#ports.store.find(tenantId, id) : undefined;
    if (!entry)
      throw new Failure('notFound', `there is no key ${id}`, { next: 'find its id with GET /api/v1/keys' });
    return entry;
  }

  #toKey({ id, key }: Omit<KeyEntry, 'etag'>, lastUsedAt: string | null): Key {
    const now = this.#ports.clock.now().toISOString();
    const isExpired = key.expiresAt !== null && key.expiresAt <= now;
    return {
      id,
      name: key.name,
      role: key.role,
      state: key.revokedAt ? 'revoked' : isExpired ? 'expired' : 'active',
      hint: key.hint,
      scopes: key.scopes,
      created_at: key.createdAt,
      created_by: key.createdBy,
      expires_at: key.expiresAt,
      last_used_at: lastUsedAt,
      rotated_at: key.rotatedAt,
      previous_valid_until: key.previousUntil && key.previousUntil > now ? key.previousUntil : null,
      revoked_at: key.revokedAt,
    };
  }

  #requireKnown(features: readonly string[] | null): void {
    const known = this.#ports.features();
    const unknown = (features ?? []).filter((feature) => !known.includes(feature));
    if (unknown.length === 0) return;
    const fix = `choose from ${known.join(', ')}`;
    throw invalid('/scopes/features', `unknown feature ${unknown.join(', ')}`, fix);
  }
}

/** @throws Failure `forbidden` where a key would be able to do what its maker is not */
function requireWithin(principal: Principal, { role, scopes }: Grant): void {
  const own = principal.scopes;
  const isWithin =
    holds(principal, role) &&
    (own.access === 'write' || scopes.access === 'read') &&
    isPart(scopes.subscriptions, own.subscriptions) &&
    isPart(scopes.features, own.features);
  if (isWithin) return;
  throw new Failure('forbidden', `"${principal.name}" cannot grant more than it holds`, {
    next: 'choose a lesser role or scope, or ask an owner',
  });
}

function isPart(wanted: readonly string[] | null, held: readonly string[] | undefined): boolean {
  return !held || (wanted?.every((item) => held.includes(item)) ?? false);
}

function invalid(field: string, reason: string, fix: string): Failure {
  return new Failure('invalid', 'the body is not valid', { problems: [{ field, reason, fix }] });
}
