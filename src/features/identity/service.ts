import { hash } from 'node:crypto';
import type { Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import type { Tables } from '#platform/tables.ts';
import { KeyCheck } from './keyCheck.ts';
import { KeyStore } from './keyStore.ts';
import { Keys, type NewKey } from './keys.ts';
import type { Person } from './oidc/claims.ts';
import type { OidcOptions } from './oidc/issuers.ts';
import { type FindUser, People } from './oidc/people.ts';
import { RoleMappingStore } from './oidc/roleMappings.ts';
import { requireCsrfToken, Sessions } from './oidc/sessions.ts';
import { SignIn, type SignInOptions } from './oidc/signIn.ts';
import { Tokens } from './oidc/tokens.ts';

export type IdentityPorts = {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Names that the scope of a key may hold; see `featureOf`. */
  readonly features?: () => readonly string[];
  readonly findUser?: FindUser;
  readonly oidc?: OidcOptions;
  readonly signIn?: SignInOptions | undefined;
};

const NO_TOKENS: OidcOptions = { authority: '', tenantIds: [], audiences: [], github: undefined };
/** How long a token that was found good is not verified again. */
const TOKEN_CACHE_MS = 5_000;
const MAX_TOKENS = 5_000;

/** Who is calling, and who may. */
export class Identity {
  readonly keys: Keys;
  readonly mappings: RoleMappingStore;
  readonly sessions: Sessions;
  /** Undefined where it is not set up. */
  readonly signIn: SignIn | undefined;
  readonly #check: KeyCheck;
  readonly #tokens: Tokens;
  readonly #people: People;
  readonly #clock: Clock;
  readonly #verified = new Map<string, { readonly person: Person; readonly until: number }>();

  constructor(ports: IdentityPorts) {
    const { tables, clock, features = () => [], findUser = async () => undefined } = ports;
    const store = new KeyStore(tables);
    this.#clock = clock;
    this.#check = new KeyCheck(store, clock);
    this.keys = new Keys({ store, check: this.#check, clock, features });
    this.mappings = new RoleMappingStore({ tables, clock });
    this.sessions = new Sessions({ tables, clock });
    this.signIn = ports.signIn && new SignIn({ tables, clock, sessions: this.sessions }, ports.signIn);
    this.#people = new People({ mappings: this.mappings, findUser, clock });
    this.#tokens = new Tokens(ports.oidc ?? NO_TOKENS);
  }

  /**
   * Who is calling: by API key, by access token of an identity provider, or by the session of a browser.
   * @throws Failure `unauthenticated` for a missing, malformed, unknown, expired or revoked credential
   */
  async authenticate(request: Request): Promise<Principal> {
    const header = request.headers.get('authorization') ?? '';
    const credential = /^Bearer +(\S+)$/i.exec(header)?.[1];
    const session = header === '' ? await this.sessions.find(request.headers.get('cookie') ?? '') : undefined;
    if (session) {
      requireCsrfToken(request, session);
      return this.#people.admit(session.person);
    }
    if (!credential) {
      const reason =
        header === '' ? 'no credential was sent' : 'the Authorization header is not a bearer credential';
      throw new Failure('unauthenticated', reason, {
        next: 'send "Authorization: Bearer <API key or access token>"',
      });
    }
    if (credential.startsWith('eyJ')) return this.#people.admit(await this.#verify(credential));
    return this.#check.authenticate(credential);
  }

  /** Makes a key. The answer is the only time that it is seen. */
  async createKey(input: NewKey): Promise<string> {
    return (await this.keys.make(input)).key;
  }

  /** Makes a given key known, by its hash; doing it again changes nothing. */
  async registerKey(key: string, input: NewKey): Promise<void> {
    await this.keys.make(input, key);
  }

  /** Removes sessions that are over. Returns how many. */
  async forget(): Promise<number> {
    await this.signIn?.forget();
    return this.sessions.forget();
  }

  async #verify(token: string): Promise<Person> {
    const digest = hash('sha256', token);
    const now = this.#clock.now().getTime();
    const known = this.#verified.get(digest);
    if (known && known.until > now) return known.person;
    const person = await this.#tokens.verify(token);
    if (this.#verified.size >= MAX_TOKENS) this.#verified.clear();
    this.#verified.set(digest, { person, until: now + TOKEN_CACHE_MS });
    return person;
  }
}
