import * as z from 'zod';
import type { Clock } from '#platform/clock.ts';
import type { Secrets } from '#platform/secrets.ts';
import type { Endpoint } from './endpointStore.ts';
import { generateSecret, type SigningKey, toSigningKey } from './signature.ts';

const Kept = z.object({
  current: z.string(),
  previous: z.string().optional(),
  /** ISO 8601. */
  previousUntil: z.string().optional(),
});
type Kept = z.infer<typeof Kept>;
type Keys = { readonly current: SigningKey; readonly previous?: SigningKey; readonly previousUntil?: string };

const MAX_CACHED = 10_000;

/** The secrets that endpoints' requests are signed with. They leave here only as text to be shown once. */
export class SigningSecrets {
  readonly #secrets: Secrets;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Promise<Keys>>();

  constructor(ports: { secrets: Secrets; clock: Clock }) {
    this.#secrets = ports.secrets;
    this.#clock = ports.clock;
  }

  /** Makes the first secret of an endpoint. */
  async create(tenantId: string, id: string): Promise<string> {
    const current = generateSecret();
    await this.#secrets.set(nameOf(tenantId, id), JSON.stringify({ current }));
    return current;
  }

  /** Makes a new secret; the one before signs too until `previousUntil`. */
  async rotate(endpoint: Endpoint, previousUntil: Date): Promise<string> {
    const { current: previous } = await this.#read(endpoint);
    const current = generateSecret();
    const kept: Kept = { current, previous, previousUntil: previousUntil.toISOString() };
    await this.#secrets.set(nameOf(endpoint.tenant_id, endpoint.id), JSON.stringify(kept));
    return current;
  }

  /** What signs now: the current secret first. @throws where the secret is gone or the vault does not answer */
  async of(endpoint: Endpoint): Promise<SigningKey[]> {
    const key = `${endpoint.tenant_id}|${endpoint.id}|${endpoint.secret_version}`;
    let reading = this.#cache.get(key);
    if (!reading) {
      if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
      reading = this.#read(endpoint).then(toKeys);
      this.#cache.set(key, reading);
      reading.catch(() => this.#cache.delete(key));
    }
    const { current, previous, previousUntil } = await reading;
    const isOverlap = previousUntil !== undefined && this.#clock.now().toISOString() < previousUntil;
    return isOverlap && previous ? [current, previous] : [current];
  }

  async remove(tenantId: string, id: string): Promise<void> {
    await this.#secrets.delete(nameOf(tenantId, id));
  }

  async #read({ tenant_id: tenantId, id }: Endpoint): Promise<Kept> {
    const text = await this.#secrets.get(nameOf(tenantId, id));
    if (text === undefined) throw new Error('the secret of a webhook is missing');
    return Kept.parse(JSON.parse(text));
  }
}

function toKeys({ current, previous, previousUntil }: Kept): Keys {
  return {
    current: toSigningKey(current),
    ...(previous && { previous: toSigningKey(previous) }),
    ...(previousUntil && { previousUntil }),
  };
}

function nameOf(tenantId: string, id: string): string {
  return `webhook-${tenantId}-${id}`;
}
