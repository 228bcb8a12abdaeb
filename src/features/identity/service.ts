import type { Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import type { Tables } from '#platform/tables.ts';
import { KeyCheck } from './keyCheck.ts';
import { KeyStore } from './keyStore.ts';
import { Keys, type NewKey } from './keys.ts';

export type IdentityPorts = {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Names that the scope of a key may hold; see `featureOf`. */
  readonly features?: () => readonly string[];
};

/** Who is calling, and who may. */
export class Identity {
  readonly keys: Keys;
  readonly #check: KeyCheck;

  constructor({ tables, clock, features = () => [] }: IdentityPorts) {
    const store = new KeyStore(tables);
    this.#check = new KeyCheck(store, clock);
    this.keys = new Keys({ store, check: this.#check, clock, features });
  }

  /** Who is calling. @throws Failure `unauthenticated` for a missing, malformed, unknown, expired or revoked credential */
  async authenticate(request: Request): Promise<Principal> {
    const header = request.headers.get('authorization') ?? '';
    const credential = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (!credential) {
      const reason = header === '' ? 'no API key was sent' : 'the Authorization header is not a bearer key';
      throw new Failure('unauthenticated', reason, { next: 'send "Authorization: Bearer <API key>"' });
    }
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
}
