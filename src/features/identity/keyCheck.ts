import { type Principal, Refusal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { hashApiKey, isWellFormed } from './apiKey.ts';
import type { KeyStore, StoredKey } from './keyStore.ts';

type Found = { readonly tenantId: string; readonly id: string; readonly key: StoredKey };
type Cached = { readonly found: Promise<Found | undefined>; readonly until: number };

/** How long an instance trusts what it knows of a key: the longest that a revoked key still works. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;
/** How exact "last used" is. */
const USE_MS = 60_000;

/** Says whose an API key is, at the cost of a hash where the key was seen within five seconds. */
export class KeyCheck {
  readonly #store: KeyStore;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Cached>();
  readonly #used = new Map<string, number>();

  constructor(store: KeyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @throws Failure `unauthenticated`, for a known key as a Refusal */
  async authenticate(key: string): Promise<Principal> {
    const digest = hashApiKey(key);
    const found = isWellFormed(key) ? await this.#lookUp(digest) : undefined;
    if (!found) throw unknownKey();
    const principal = toPrincipal(found);
    const reason = this.#whyNot(found.key, digest);
    if (reason) throw new Refusal(`the API key ${reason}`, principal, 'ask an owner for a new one');
    this.#noteUse(found);
    return principal;
  }

  /** What changed of a key counts here from now on, elsewhere within five seconds. */
  forget(key: StoredKey): void {
    this.#cache.delete(key.hash);
    if (key.previousHash) this.#cache.delete(key.previousHash);
  }

  #lookUp(digest: string): Promise<Found | undefined> {
    const now = this.#clock.now().getTime();
    const cached = this.#cache.get(digest);
    if (cached && cached.until > now) return cached.found;
    const found = this.#store.findByHash(digest);
    found.catch(() => this.#cache.delete(digest));
    this.#cache.delete(digest);
    this.#cache.set(digest, { found, until: now + CACHE_MS });
    if (this.#cache.size > MAX_CACHED) this.#cache.delete(this.#cache.keys().next().value ?? '');
    return found;
  }

  #whyNot({ hash, revokedAt, expiresAt, previousUntil }: StoredKey, digest: string): string | undefined {
    const now = this.#clock.now().toISOString();
    if (revokedAt) return 'was revoked';
    if (expiresAt && expiresAt <= now) return `expired at ${expiresAt}`;
    if (hash !== digest && (previousUntil ?? '') <= now) return 'was replaced by a new one';
    return undefined;
  }

  /** Behind the answer, and at most once a minute: who waits for an answer does not wait for this. */
  #noteUse(found: Found): void {
    const now = this.#clock.now();
    if (now.getTime() - (this.#used.get(found.id) ?? 0) < USE_MS) return;
    if (this.#used.size > MAX_CACHED) this.#used.clear();
    this.#used.set(found.id, now.getTime());
    this.#store.noteUse(found, now).catch((error: unknown) => {
      log.warning('the use of a key could not be noted', { keyId: found.id, error: messageOf(error) });
    });
  }
}

function toPrincipal({ tenantId, id, key }: Found): Principal {
  const { access, subscriptions, features } = key.scopes;
  return {
    tenantId,
    id,
    kind: 'key',
    name: key.name,
    roles: [key.role],
    scopes: { access, subscriptions: subscriptions ?? undefined, features: features ?? undefined },
  };
}

function unknownKey(): Failure {
  return new Failure('unauthenticated', 'the API key is unknown', {
    next: 'send "Authorization: Bearer <API key>", the key as it was shown when it was made',
  });
}
