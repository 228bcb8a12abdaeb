import type { JWTVerifyOptions, RemoteJWKSet } from 'jose';
import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { notOurs, type Person, toEntraPerson, toGithubPerson } from './claims.ts';
import { type Issuer, issuersOf, type OidcOptions } from './issuers.ts';

/** Longest token that is looked at: those of Entra with 200 groups have some 10,000 characters. */
const MAX_TOKEN = 16_384;
const ALGORITHMS = ['RS256'];
const SKEW_SECONDS = 60;
const KEYS_AGE_MS = 600_000;
const KEYS_COOLDOWN_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;

/** What a caller may be told of why a token was refused; by the code of jose's error. */
const REASONS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'a claim is not as it must be',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JWKS_NO_MATCHING_KEY: 'it is signed with a key that its issuer does not have',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not say which key it is signed with',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not RS256',
};

/** Bearer JWTs: signature, issuer, audience, times and tenant (RFC 8725). */
export class Tokens {
  readonly #issuers: ReadonlyMap<string, Issuer>;
  readonly #cooldownMs: number;
  readonly #keys = new Map<string, RemoteJWKSet>();

  constructor(options: OidcOptions) {
    this.#issuers = issuersOf(options);
    this.#cooldownMs = options.keysCooldownMs ?? KEYS_COOLDOWN_MS;
  }

  /** Whom the token is of. @throws Failure `unauthenticated`; `unavailable` where the issuer's keys cannot be had */
  async verify(token: string): Promise<Person> {
    if (token.length > MAX_TOKEN) throw notOurs(`it is longer than ${MAX_TOKEN} characters`);
    const jose = await import('jose');
    const issuer = this.#issuerOf(token, jose.decodeJwt);
    const options: JWTVerifyOptions = {
      issuer: issuer.iss,
      audience: [...issuer.audiences],
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'iss', 'aud', 'sub'],
    };
    try {
      const keys = this.#keysOf(issuer.keysUrl, jose.createRemoteJWKSet);
      const { payload } = await jose.jwtVerify(token, keys, options);
      const toPerson = issuer.kind === 'entra' ? toEntraPerson : toGithubPerson;
      return toPerson(payload, issuer.tenantId);
    } catch (error) {
      throw toFailure(error, jose.errors.JOSEError);
    }
  }

  /** Nothing of the token is believed here: its `iss` only picks an issuer from our list. */
  #issuerOf(token: string, decode: (token: string) => { iss?: string }): Issuer & { iss: string } {
    let iss: unknown;
    try {
      iss = decode(token).iss;
    } catch {
      throw notOurs('it is malformed');
    }
    const issuer = typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
    if (typeof iss !== 'string' || !issuer) throw notOurs('its issuer is not one that is trusted here');
    return { ...issuer, iss };
  }

  /** A token's `jku`, `x5u` and `jwk` are never looked at; its `kid` is only compared. */
  #keysOf(url: string, create: typeof import('jose').createRemoteJWKSet): RemoteJWKSet {
    const known = this.#keys.get(url);
    if (known) return known;
    const keys = create(new URL(url), {
      cooldownDuration: this.#cooldownMs,
      cacheMaxAge: KEYS_AGE_MS,
      timeoutDuration: KEYS_TIMEOUT_MS,
    });
    this.#keys.set(url, keys);
    return keys;
  }
}

function toFailure(error: unknown, JoseError: new (message?: string) => Error & { code: string }): Failure {
  if (error instanceof Failure) return error;
  const code = error instanceof JoseError ? error.code : undefined;
  const isOurs = code !== undefined && code !== 'ERR_JWKS_TIMEOUT' && code !== 'ERR_JOSE_GENERIC';
  if (isOurs) return notOurs(REASONS[code] ?? 'it is malformed');
  log.error('the keys of an issuer cannot be had', { error: String(error) });
  return new Failure('unavailable', 'the issuer of the token does not answer', {
    retryAfterSeconds: 5,
    cause: error,
  });
}
