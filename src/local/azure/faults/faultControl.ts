import { ArmFailure } from '../arm/failure.ts';
import { QpuQuota } from '../cost/quota.ts';
import { Random } from '../estate/random.ts';
import { badOption } from '../graph/failure.ts';
import { type FaultSettings, Faults } from './faults.ts';
import { Quota } from './quota.ts';

/** Without a quota there is always some left, so that no client slows down by itself. */
const unlimited = { 'x-ms-user-quota-remaining': '14', 'x-ms-user-quota-resets-after': '00:00:05' } as const;

type Trigger = { readonly rate?: number | undefined; readonly every?: number | undefined };

/** Decides for each request what goes wrong. The same seed and requests give the same faults. */
export class FaultControl {
  readonly #seed: number;
  #faults: Faults = {};
  #randoms = new Map<string, Random>();
  #counts = new Map<string, number>();
  #quota = new Quota();
  #qpu = new QpuQuota();

  constructor(seed: number, settings: FaultSettings = {}) {
    this.#seed = seed;
    this.set(settings);
  }

  get current(): Faults {
    return this.#faults;
  }

  get graphLagMilliseconds(): number {
    return (this.#faults.graphLagSeconds ?? 0) * 1000;
  }

  /** Replaces all faults; throws `ZodError` for settings that mean nothing. */
  set(settings: FaultSettings): void {
    this.#faults = Faults.parse(settings);
    this.#randoms = new Map();
    this.#counts = new Map();
    this.#quota = new Quota();
    this.#qpu = new QpuQuota();
  }

  /** Throws what is to be answered instead of the real answer. */
  checkRequest(isGraph: boolean): void {
    const { throttle, serverErrors } = this.#faults;
    if (this.#strikes('throttle', throttle)) throw throttled(throttle?.retryAfterSeconds ?? 1, { isGraph });
    if (!this.#strikes('serverErrors', serverErrors)) return;
    throw new ArmFailure(serverErrors?.status ?? 503, 'ServerError', {
      message: 'The server is temporarily unavailable.',
    });
  }

  resets(): boolean {
    return this.#strikes('resets', this.#faults.resets);
  }

  latency(): number {
    const { slowPages } = this.#faults;
    return this.#strikes('slowPages', slowPages) ? (slowPages?.milliseconds ?? 0) : 0;
  }

  /** Throws the refusal of a path that is to be refused, or of a provider that is off. */
  checkPath(path: string, method: string): void {
    const lower = path.toLowerCase();
    const { refusedPaths = [], unregistered = [] } = this.#faults;
    if (holdsOne(lower, refusedPaths)) throw unauthorized('read', path);
    if (!['GET', 'HEAD', 'POST'].includes(method)) this.#checkWrite(path, method);
    const off = unregistered.find(({ subscriptionId, namespace }) =>
      lower.startsWith(`/subscriptions/${subscriptionId}/providers/${namespace}/`.toLowerCase()),
    );
    if (off)
      throw new ArmFailure(409, 'MissingSubscriptionRegistration', {
        message: `The subscription is not registered to use namespace '${off.namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
      });
  }

  /** What Resource Manager and providers refuse of writes. Source: "Lock your resources", "Common deployment errors". */
  #checkWrite(path: string, method: string): void {
    const { refusedWrites = [], lockedPaths = [], unpatchable = [] } = this.#faults;
    const lower = path.toLowerCase();
    if (holdsOne(lower, refusedWrites)) throw unauthorized('write', path);
    if (holdsOne(lower, lockedPaths))
      throw new ArmFailure(409, 'ScopeLocked', {
        message: `The scope '${path}' cannot perform write operation because following scope(s) are locked: '${path}'. Please remove the lock and try again.`,
      });
    if (method === 'PATCH' && holdsOne(lower, unpatchable))
      throw new ArmFailure(405, 'HttpMethodNotSupported', {
        message: `The HTTP method 'PATCH' is not supported at scope '${path}'.`,
      });
  }

  checkGroup(name: string): void {
    const { failingResourceGroups: failing } = this.#faults;
    if (!failing?.names.some((candidate) => candidate.toLowerCase() === name.toLowerCase())) return;
    if (failing.status === 500)
      throw new ArmFailure(500, 'InternalServerError', { message: 'An internal server error occurred.' });
    throw new ArmFailure(403, 'AuthorizationFailed', {
      message: `The client does not have authorization to perform action over scope '/resourceGroups/${name}' or the scope is invalid.`,
    });
  }

  /** Returns the quota headers of Resource Graph; throws what it is to answer instead. */
  checkGraph(): Readonly<Record<string, string>> {
    if (this.#faults.graphRefused === true) {
      throw new ArmFailure(403, 'AuthorizationFailed', {
        message:
          "The client does not have authorization to perform action 'Microsoft.ResourceGraph/resources/read'.",
      });
    }
    const { graphQuota } = this.#faults;
    if (graphQuota === undefined) return unlimited;
    const { remaining, resetsAfter } = this.#quota.use(graphQuota, Date.now());
    const headers = {
      'x-ms-user-quota-remaining': String(Math.max(0, remaining)),
      'x-ms-user-quota-resets-after': duration(resetsAfter),
    };
    if (remaining < 0) throw throttled(Math.ceil(resetsAfter / 1000), { isGraph: true, headers });
    return headers;
  }

  /** Returns the quota headers of Cost Management; throws what it is to answer instead. */
  checkCosts(subscriptionId: string, units: number): Readonly<Record<string, string>> {
    const { costQuota: windows = [], costUnsupported = [] } = this.#faults;
    if (costUnsupported.some((id) => id.toLowerCase() === subscriptionId.toLowerCase()))
      throw new ArmFailure(400, '400', {
        message: `Cost Management supports only Enterprise Agreement, Web direct and Microsoft Customer Agreement offer types. Subscription ${subscriptionId} is not associated with a valid offer type.`,
      });
    return this.#qpu.use(units, { windows, now: Date.now() });
  }

  checkSkipToken(): void {
    const { expiredSkipTokens } = this.#faults;
    const expired =
      typeof expiredSkipTokens === 'object'
        ? this.#strikes('tokens', expiredSkipTokens)
        : expiredSkipTokens === true;
    if (expired) throw badOption('SkipTokenExpired', 'The skip token has expired. Run the query again.');
  }

  /** Draws at a rate from the fault's own seeded stream. */
  draws(name: string, rate: number): boolean {
    if (rate <= 0) return false;
    let random = this.#randoms.get(name);
    if (random === undefined) {
      random = new Random(this.#seed, 10, ...Buffer.from(name));
      this.#randoms.set(name, random);
    }
    return random.chance(rate);
  }

  #strikes(name: string, trigger: Trigger | undefined): boolean {
    if (trigger === undefined) return false;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (trigger.every !== undefined && count % trigger.every === 0) return true;
    return this.draws(name, trigger.rate ?? 0);
  }
}

function holdsOne(path: string, texts: readonly string[]): boolean {
  return texts.some((text) => path.includes(text.toLowerCase()));
}

function unauthorized(action: 'read' | 'write', path: string): ArmFailure {
  return new ArmFailure(403, 'AuthorizationFailed', {
    message: `The client does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid.`,
  });
}

type Throttling = { readonly isGraph: boolean; readonly headers?: Readonly<Record<string, string>> };

const graphThrottled = {
  code: 'RateLimiting',
  message:
    'Client application has been throttled and should not continue to make requests until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.',
};

function throttled(seconds: number, throttling: Throttling): ArmFailure {
  const { isGraph, headers } = throttling;
  const message = isGraph
    ? 'Please provide below info when asking for support.'
    : `The request was throttled. Please try again after '${seconds}' seconds.`;
  return new ArmFailure(429, isGraph ? 'RateLimiting' : 'TooManyRequests', {
    message,
    ...(isGraph ? { details: [graphThrottled] } : {}),
    headers: {
      'x-ms-user-quota-remaining': '0',
      'x-ms-user-quota-resets-after': duration(seconds * 1000),
      'x-ms-ratelimit-remaining-subscription-reads': '0',
      'retry-after': String(seconds),
      ...headers,
    },
  });
}

function duration(milliseconds: number): string {
  return new Date(Math.ceil(milliseconds / 1000) * 1000).toISOString().slice(11, 19);
}
