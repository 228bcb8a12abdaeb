import { hash } from 'node:crypto';
import type { Configuration } from 'openid-client';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { type Partition, type Tables, WriteConflict } from '#platform/tables.ts';
import { toEntraPerson } from './claims.ts';
import { peopleTable } from './roleMappings.ts';
import { cookieOf, type Sessions } from './sessions.ts';

export type SignInOptions = {
  readonly authority: string;
  readonly tenantIds: readonly string[];
  /** Address of the API as browsers see it, without a slash at the end. */
  readonly publicUrl: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
};

type Attempt = {
  readonly tenantId: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly browser: string;
  readonly returnTo: string;
  readonly expiresAt: string;
};

const COOKIE = '__Host-pcx_sign_in';
const ATTEMPT_SECONDS = 600;
const SCOPE = 'openid profile';

/** Sign-in of browsers: authorization code with PKCE (RFC 6749, 7636; OpenID Connect Core). */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #sessions: Sessions;
  readonly #attempts: Partition;
  readonly #clock: Clock;
  readonly #configurations = new Map<string, Promise<Configuration>>();

  constructor(ports: { tables: Tables; clock: Clock; sessions: Sessions }, options: SignInOptions) {
    this.#options = options;
    this.#sessions = ports.sessions;
    this.#clock = ports.clock;
    this.#attempts = ports.tables.open(peopleTable).system('signIns');
  }

  /** Where the browser goes to sign in, and the cookie that ties the attempt to it. @throws Failure `invalid` */
  async begin(query: { tenant?: string | undefined; returnTo?: string | undefined }): Promise<Redirect> {
    const client = await import('openid-client');
    const tenantId = this.#tenantOf(query.tenant);
    const returnTo = query.returnTo ?? '/';
    if (!/^\/(?![/\\])[^\\\s]*$/.test(returnTo)) throw invalid('returnTo', 'is not a path of this host');
    const [state, nonce, browser] = [client.randomState(), client.randomNonce(), client.randomState()];
    const verifier = client.randomPKCECodeVerifier();
    const expiresAt = new Date(this.#clock.now().getTime() + ATTEMPT_SECONDS * 1000).toISOString();
    const attempt: Attempt = {
      tenantId,
      verifier,
      nonce,
      browser: hash('sha256', browser),
      returnTo,
      expiresAt,
    };
    await this.#attempts.write({ kind: 'insert', rowKey: hash('sha256', state), row: attempt });
    const url = client.buildAuthorizationUrl(await this.#configuration(tenantId), {
      redirect_uri: `${this.#options.publicUrl}/auth/callback`,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const cookie = `${COOKIE}=${browser}; Path=/; Max-Age=${ATTEMPT_SECONDS}; HttpOnly; Secure; SameSite=Lax`;
    return { location: url.href, cookie };
  }

  /** Ends a sign-in with a session. @throws Failure `unauthenticated` for whatever is not as it was begun */
  async finish(query: Readonly<Record<string, unknown>>, cookies: string | undefined): Promise<Redirect> {
    const state = typeof query.state === 'string' ? query.state : '';
    const attempt = await this.#take(hash('sha256', state));
    const browser = cookieOf(cookies, COOKIE);
    const isSame = attempt && browser && attempt.browser === hash('sha256', browser);
    if (!isSame || attempt.expiresAt <= this.#clock.now().toISOString())
      throw refused('it was not begun here, or too long ago');
    if (typeof query.code !== 'string') throw refused('the identity provider gave no code');
    const claims = await this.#redeem(query, state, attempt);
    const person = toEntraPerson({ scp: 'openid', ...claims }, attempt.tenantId);
    return { location: attempt.returnTo, cookie: await this.#sessions.begin(person) };
  }

  async #redeem(query: Readonly<Record<string, unknown>>, state: string, attempt: Attempt): Promise<object> {
    const client = await import('openid-client');
    const url = new URL(`${this.#options.publicUrl}/auth/callback`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    try {
      const tokens = await client.authorizationCodeGrant(await this.#configuration(attempt.tenantId), url, {
        pkceCodeVerifier: attempt.verifier,
        expectedState: state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      return tokens.claims() ?? {};
    } catch (error) {
      log.warning('a sign-in failed', { error: String(error), code: (error as { code?: string }).code });
      throw refused('the identity provider did not confirm it');
    }
  }

  /** An attempt is used once, whatever becomes of it. */
  async #take(rowKey: string): Promise<Attempt | undefined> {
    const attempt = await this.#attempts.get<Attempt>(rowKey);
    if (!attempt) return undefined;
    try {
      await this.#attempts.write({ kind: 'delete', rowKey });
      return attempt;
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      return undefined;
    }
  }

  /** Removes attempts that came to nothing. */
  async forget(): Promise<void> {
    const now = this.#clock.now().toISOString();
    for await (const page of this.#attempts.pages<Attempt>({ select: ['expiresAt'] }))
      for (const { rowKey, expiresAt } of page) if (expiresAt <= now) await this.#take(rowKey);
  }

  #tenantOf(given: string | undefined): string {
    const { tenantIds } = this.#options;
    const tenantId =
      given === undefined ? tenantIds[0] : tenantIds.find((id) => id.toLowerCase() === given.toLowerCase());
    if (!tenantId) throw invalid('tenant', 'is not a tenant that may sign in here');
    return tenantId;
  }

  /** A failed look-up is not kept: the next sign-in tries again. */
  #configuration(tenantId: string): Promise<Configuration> {
    const known = this.#configurations.get(tenantId);
    if (known) return known;
    const found = this.#discover(tenantId);
    found.catch(() => this.#configurations.delete(tenantId));
    this.#configurations.set(tenantId, found);
    return found;
  }

  async #discover(tenantId: string): Promise<Configuration> {
    const client = await import('openid-client');
    const { authority, clientId, clientSecret } = this.#options;
    const server = new URL(`${authority}/${tenantId.toLowerCase()}/v2.0`);
    const isLoopback =
      server.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(server.hostname);
    const authentication = clientSecret ? client.ClientSecretPost(clientSecret) : client.None();
    const execute = [
      client.enableNonRepudiationChecks,
      ...(isLoopback ? [client.allowInsecureRequests] : []),
    ];
    try {
      return await client.discovery(server, clientId, undefined, authentication, { execute });
    } catch (error) {
      log.error('an identity provider cannot be asked', { error: String(error) });
      const message = 'the identity provider does not answer';
      throw new Failure('unavailable', message, { retryAfterSeconds: 5, cause: error });
    }
  }
}

export type Redirect = { readonly location: string; readonly cookie: string };

function invalid(field: string, reason: string): Failure {
  return new Failure('invalid', 'the query is not valid', { problems: [{ field, reason }] });
}

function refused(reason: string): Failure {
  return new Failure('unauthenticated', `the sign-in failed: ${reason}`, {
    next: 'begin again at /auth/login',
  });
}
