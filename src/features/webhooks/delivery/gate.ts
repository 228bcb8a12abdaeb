/** What an endpoint lets in at a time. */
export type Limits = { readonly concurrency: number; readonly ratePerSecond: number | null };

/** `wait`: come again after `delayMs`, and then without asking the rate again. */
export type Admission =
  | { readonly kind: 'go'; readonly leave: (isOk: boolean) => void }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'closed' };

/** Failures in a row after which the circuit opens. */
const THRESHOLD = 10;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 300_000;
/** Longest that a message is held for its turn; what would take longer goes back to the queue. */
const PATIENCE = 250;
/** An attempt that takes longer than this shows a slow endpoint: nobody waits behind it. */
const SLOW = 250;
/** At this distance the backlog of a slow endpoint comes back, so that it costs the others nothing. */
const SPACING = 10;
const LATER = 1_000;

type Waiter = { readonly resume: (isIn: boolean) => void };

/**
 * Door of one endpoint in this process: concurrency, rate and circuit breaker. Holds nobody for long. `now` is in
 * milliseconds and only ever grows, so that a clock that is set back closes nothing.
 */
export class Gate {
  readonly #now: () => number;
  readonly #started = new Set<{ readonly at: number }>();
  readonly #waiters: Waiter[] = [];
  readonly #abort = new AbortController();
  #nextSlot = 0;
  #lineEnd = 0;
  #failures = 0;
  #openUntil = 0;
  #isProbing = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Aborts when the endpoint is deleted. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether an attempt is on its way that takes long. */
  get isSlow(): boolean {
    return [...this.#started].some(({ at }) => this.#now() - at > SLOW);
  }

  close(): void {
    this.#abort.abort();
  }

  async enter(limits: Limits, isAdmitted: boolean): Promise<Admission> {
    if (this.signal.aborted) return { kind: 'closed' };
    const isProbe = this.#failures >= THRESHOLD;
    if (isProbe && (this.#isProbing || this.#now() < this.#openUntil)) return this.#later(this.#openUntil);
    const rate = isAdmitted ? undefined : this.#reserve(limits.ratePerSecond);
    if (rate) return rate;
    if (this.#started.size >= limits.concurrency) {
      const isSlow = [...this.#started].every(({ at }) => this.#now() - at > SLOW);
      if (isSlow || !(await this.#turn())) return this.#later(0);
    }
    if (this.signal.aborted) return { kind: 'closed' };
    if (isProbe) this.#isProbing = true;
    const start = { at: this.#now() };
    this.#started.add(start);
    return { kind: 'go', leave: (isOk) => this.#leave(start, isOk) };
  }

  /** Only the first time counts. */
  #leave(start: { readonly at: number }, isOk: boolean): void {
    if (!this.#started.delete(start)) return;
    this.#isProbing = false;
    this.#failures = isOk ? 0 : this.#failures + 1;
    if (isOk) this.#lineEnd = 0;
    if (this.#failures >= THRESHOLD) {
      const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD), LONGEST_PAUSE);
      this.#openUntil = this.#now() + pause;
    }
    this.#waiters.shift()?.resume(true);
  }

  /** Generic cell rate algorithm: the time at which this one is due, each kept for whoever asked. */
  #reserve(ratePerSecond: number | null): Admission | undefined {
    if (ratePerSecond === null) return undefined;
    const now = this.#now();
    const at = Math.max(now, this.#nextSlot);
    this.#nextSlot = at + 1000 / ratePerSecond;
    return at > now ? { kind: 'wait', delayMs: at - now } : undefined;
  }

  #later(notBefore: number): Admission {
    const now = this.#now();
    this.#lineEnd = Math.max(this.#lineEnd + SPACING, notBefore, now + LATER);
    return { kind: 'wait', delayMs: this.#lineEnd - now };
  }

  /** Whether a place became free in time. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resume: (isIn) => {
          clearTimeout(timer);
          resolve(isIn);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(false);
      }, PATIENCE);
      this.#waiters.push(waiter);
    });
  }
}
