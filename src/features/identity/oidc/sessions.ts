import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import { type Partition, type Tables, WriteConflict } from '#platform/tables.ts';
import type { Person } from './claims.ts';
import { peopleTable } from './roleMappings.ts';

/** `__Host-`: only over https, only this host, every path (RFC 6265bis). */
const COOKIE = '__Host-pcx_session';
const SESSION_MS = 8 * 3_600_000;
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;

export type Session = { readonly person: Person; readonly csrfToken: string; readonly expiresAt: string };
type SessionRow = { json: string; expiresAt: string };
type Cached = { readonly session: Promise<Session | undefined>; readonly until: number };

/** Sessions of browsers: the cookie is 256 random bits, everything else is kept here, so that signing out ends it. */
export class Sessions {
  readonly #rows: Partition;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Cached>();

  constructor({ tables, clock }: { tables: Tables; clock: Clock }) {
    this.#rows = tables.open(peopleTable).system('sessions');
    this.#clock = clock;
  }

  /** Begins a session; the `Set-Cookie` that carries it. */
  async begin(person: Person): Promise<string> {
    const cookie = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.#clock.now().getTime() + SESSION_MS).toISOString();
    const session: Session = { person, csrfToken: randomBytes(32).toString('base64url'), expiresAt };
    const row: SessionRow = { json: JSON.stringify(session), expiresAt };
    await this.#rows.write({ kind: 'insert', rowKey: hash('sha256', cookie), row });
    return setCookie(cookie, SESSION_MS / 1000);
  }

  /** The session of a request; undefined where its cookie names none that lasts. At most five seconds old. */
  async find(header: string | undefined): Promise<Session | undefined> {
    const cookie = cookieOf(header, COOKIE);
    if (!cookie) return undefined;
    const session = await this.#lookUp(hash('sha256', cookie));
    return session && session.expiresAt > this.#clock.now().toISOString() ? session : undefined;
  }

  /** Ends the session: here at once, on other instances within five seconds. The `Set-Cookie` that takes it away. */
  async end(header: string | undefined): Promise<string> {
    const cookie = cookieOf(header, COOKIE);
    if (cookie) await this.#remove(hash('sha256', cookie));
    return setCookie('', 0);
  }

  /** Removes sessions that are over. Returns how many. */
  async forget(): Promise<number> {
    const now = this.#clock.now().toISOString();
    let forgotten = 0;
    for await (const page of this.#rows.pages<SessionRow>({ select: ['expiresAt'] })) {
      for (const { rowKey, expiresAt } of page) {
        if (expiresAt > now) continue;
        await this.#remove(rowKey);
        forgotten += 1;
      }
    }
    return forgotten;
  }

  #lookUp(digest: string): Promise<Session | undefined> {
    const now = this.#clock.now().getTime();
    const cached = this.#cache.get(digest);
    if (cached && cached.until > now) return cached.session;
    const session = this.#rows
      .get<SessionRow>(digest)
      .then((row) => row && (JSON.parse(row.json) as Session));
    session.catch(() => this.#cache.delete(digest));
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(digest, { session, until: now + CACHE_MS });
    return session;
  }

  async #remove(digest: string): Promise<void> {
    this.#cache.delete(digest);
    try {
      await this.#rows.write({ kind: 'delete', rowKey: digest });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
  }
}

/** A page of another origin can send our cookie, but cannot read the token. @throws Failure `forbidden` */
export function requireCsrfToken(request: Request, { csrfToken }: Session): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const sent = Buffer.from(hash('sha256', request.headers.get('x-csrf-token') ?? ''));
  if (timingSafeEqual(sent, Buffer.from(hash('sha256', csrfToken)))) return;
  throw new Failure('forbidden', 'the CSRF token is missing or wrong', {
    next: 'send csrf_token of GET /auth/me as X-CSRF-Token',
  });
}

/** Value of a cookie of a `Cookie` header. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value && /^[\w-]{20,100}$/.test(value) ? value : undefined;
}

function setCookie(value: string, seconds: number): string {
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`;
}
