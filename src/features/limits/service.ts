import type { Admission, Guard } from '#http/ports.ts';
import type { Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Table, Tables } from '#platform/tables.ts';
import { Lease, limitsTable } from './lease.ts';

export type LimitsOptions = {
  /** Calls a minute of one caller, on all instances together. */
  readonly perCaller: number;
  /** Calls a minute of a tenant, on all instances together. */
  readonly perTenant: number;
  /** Calls of one caller at a time, on one instance. */
  readonly concurrent: number;
};

const MAX_LEASES = 20_000;
const WINDOW_SECONDS = 60;
/** Bad credentials that an address may send in a minute to one instance. */
const MAX_REFUSED = 300;
/** Calls without a credential that an address may send in a minute to one instance: each sign-in leaves a row. */
const MAX_ANONYMOUS = 600;

/** How often and how much at once a caller and a tenant may call. */
export class Limits implements Guard {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #options: LimitsOptions;
  readonly #leases = new Map<string, Lease>();
  readonly #running = new Map<string, number>();
  readonly #policy: string;
  #counts = { minute: 0, refused: new Map<string, number>(), anonymous: new Map<string, number>() };

  constructor(ports: { tables: Tables; clock: Clock }, options: LimitsOptions) {
    this.#table = ports.tables.open(limitsTable);
    this.#clock = ports.clock;
    this.#options = options;
    this.#policy = `"key";q=${options.perCaller};w=${WINDOW_SECONDS}, "tenant";q=${options.perTenant};w=${WINDOW_SECONDS}`;
  }

  async admit({ tenantId, id }: Principal): Promise<Admission> {
    const name = `${tenantId}|${id}`;
    const running = this.#running.get(name) ?? 0;
    if (running >= this.#options.concurrent) {
      return { headers: {}, refusal: tooMany('calls at a time', 1), release: () => undefined };
    }
    this.#running.set(name, running + 1);
    const release = () => this.#leave(name);
    const own = this.#lease(tenantId, id, this.#options.perCaller);
    const shared = this.#lease(tenantId, 'tenant', this.#options.perTenant);
    try {
      const isOwn = await own.take();
      const isShared = isOwn && (await shared.take());
      const scarce = !isOwn || (isShared && own.remaining <= shared.remaining) ? own : shared;
      const headers = {
        'ratelimit-policy': this.#policy,
        ratelimit: `"${scarce === own ? 'key' : 'tenant'}";r=${scarce.remaining};t=${scarce.resetSeconds}`,
      };
      const refusal =
        isOwn && isShared
          ? undefined
          : tooMany(`calls a minute of this ${isOwn ? 'tenant' : 'key'}`, scarce.resetSeconds);
      return { headers, refusal, release };
    } catch (error) {
      // To count is no reason to fail: whatever needs the tables will say so itself.
      log.error('calls could not be counted', { error: messageOf(error) });
      return { headers: {}, refusal: undefined, release };
    }
  }

  admitAddress(address: string | undefined): void {
    if (address === undefined || (this.#now().refused.get(address) ?? 0) < MAX_REFUSED) return;
    throw tooMany('bad credentials from this address', WINDOW_SECONDS);
  }

  admitAnonymous(address: string | undefined): void {
    if (count(this.#now().anonymous, address) > MAX_ANONYMOUS)
      throw tooMany('calls without a credential from this address', WINDOW_SECONDS);
  }

  noteRefused(address: string | undefined): void {
    count(this.#now().refused, address);
  }

  #now(): { refused: Map<string, number>; anonymous: Map<string, number> } {
    const minute = Math.floor(this.#clock.now().getTime() / (WINDOW_SECONDS * 1000));
    if (this.#counts.minute !== minute) this.#counts = { minute, refused: new Map(), anonymous: new Map() };
    return this.#counts;
  }

  #leave(name: string): void {
    const running = (this.#running.get(name) ?? 1) - 1;
    if (running === 0) this.#running.delete(name);
    else this.#running.set(name, running);
  }

  #lease(tenantId: string, subject: string, limit: number): Lease {
    const name = `${tenantId}|${subject}`;
    const known = this.#leases.get(name);
    if (known) return known;
    const lease = new Lease({
      partition: this.#table.forTenant(tenantId),
      subject,
      limit,
      clock: this.#clock,
    });
    if (this.#leases.size >= MAX_LEASES) this.#leases.clear();
    this.#leases.set(name, lease);
    return lease;
  }
}

/** Counts one more of an address; how many there are now. */
function count(counts: Map<string, number>, address: string | undefined): number {
  if (address === undefined) return 0;
  if (counts.size >= MAX_LEASES) counts.clear();
  const counted = (counts.get(address) ?? 0) + 1;
  counts.set(address, counted);
  return counted;
}

function tooMany(what: string, retryAfterSeconds: number): Failure {
  return new Failure('throttled', `too many ${what}`, {
    retryAfterSeconds,
    next: 'wait as Retry-After says; RateLimit and RateLimit-Policy tell what is left',
  });
}
