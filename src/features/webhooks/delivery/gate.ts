/** What an endpoint lets in at a time. */
export type Limits = { readonly concurrency: number; readonly ratePerSecond: number | null };

/** `wait`: come again after `delayMs`; `isAdmitted`: a time of the rate limit's is kept for then. */
export type Admission =
  | { readonly kind: 'go'; readonly leave: (isOk: boolean) => void }
  | { readonly kind: 'wait'; readonly delayMs: number; readonly isAdmitted: boolean }
  | { readonly kind: 'closed' };

/** Failures in a row after which the circuit opens. */
const THRESHOLD = 10;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 300_000;
/** Longest that a message is held for its turn by what is to be expected; what would take longer goes back to the queue. */
const PATIENCE = 500;
/** And at the very longest, in looks: see {@link SLOW}. */
const MAX_LOOKS = 8;
/** An attempt that takes longer than this shows a slow endpoint: nobody waits behind it. Who waits looks as often. */
const SLOW = 250;
/** The backlog comes back at the pace at which the endpoint answers, so that it costs the others nothing. */
const LEAST_SPACING = 2;
const SOONEST = 500;
const LATEST = 60_000;
/** Share of the newest in the average of how long attempts take. */
const WEIGHT = 0.2;

type Start = { readonly at: number };
type Waiter = { readonly resume: (isIn: boolean) => void };

/**
 * Door of one endpoint in this process: concurrency, rate and circuit breaker. Holds nobody for long. `now` is in
 * milliseconds and only ever grows, so that a clock that is set back closes nothing.
 */
export class Gate {
  readonly #now: () => number;
  readonly #started = new Set<Start>();
  readonly #waiters: Waiter[] = [];
  readonly #abort = new AbortController();
  #places = 0;
  #occupied = 0;
  #nextSlot = 0;
  #lineEnd = 0;
  #tookMs = 0;
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

  /** Whether an attempt is on its way that takes long. The first to start is the first of the set. */
  get isSlow(): boolean {
    return this.#ageOfOldest() > SLOW;
  }

  close(): void {
    this.#abort.abort();
  }

  enter(limits: Limits, isAdmitted: boolean): Admission | Promise<Admission> {
    if (this.signal.aborted) return { kind: 'closed' };
    const isProbe = this.#failures >= THRESHOLD;
    if (isProbe && (this.#isProbing || this.#now() < this.#openUntil))
      return this.#later(limits, this.#openUntil);
    const isIn = this.#occupy(limits.concurrency);
    if (typeof isIn === 'boolean') return this.#admit(limits, { isIn, isProbe, isAdmitted });
    return isIn.then((isNow) => this.#admit(limits, { isIn: isNow, isProbe, isAdmitted }));
  }

  #admit(
    limits: Limits,
    { isIn, isProbe, isAdmitted }: Record<'isIn' | 'isProbe' | 'isAdmitted', boolean>,
  ): Admission {
    if (!isIn) return this.#later(limits, 0);
    if (this.signal.aborted) {
      this.#vacate();
      return { kind: 'closed' };
    }
    const due = isAdmitted ? 0 : this.#reserve(limits.ratePerSecond);
    if (due > this.#now()) {
      this.#vacate();
      return { kind: 'wait', delayMs: due - this.#now(), isAdmitted: true };
    }
    if (isProbe) this.#isProbing = true;
    const start = { at: this.#now() };
    this.#started.add(start);
    return { kind: 'go', leave: (isOk) => this.#leave(start, isOk) };
  }

  /** Only the first time counts. */
  #leave(start: Start, isOk: boolean): void {
    if (!this.#started.delete(start)) return;
    this.#tookMs += WEIGHT * (this.#now() - start.at - this.#tookMs);
    this.#isProbing = false;
    this.#failures = isOk ? 0 : this.#failures + 1;
    if (isOk) this.#lineEnd = 0;
    if (this.#failures >= THRESHOLD) {
      const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD), LONGEST_PAUSE);
      this.#openUntil = this.#now() + pause;
    }
    this.#vacate();
  }

  /** Generic cell rate algorithm: the time at which this one is due, each kept for whoever asked. */
  #reserve(ratePerSecond: number | null): number {
    if (ratePerSecond === null) return 0;
    const at = Math.max(this.#now(), this.#nextSlot);
    this.#nextSlot = at + 1000 / ratePerSecond;
    return at;
  }

  #later({ concurrency }: Limits, notBefore: number): Admission {
    const now = this.#now();
    const spacing = Math.max(this.#tookMs, this.#ageOfOldest()) / Math.max(1, concurrency);
    const next = Math.max(this.#lineEnd + Math.max(spacing, LEAST_SPACING), notBefore, now + SOONEST);
    this.#lineEnd = Math.min(next, Math.max(now + LATEST, notBefore));
    return { kind: 'wait', delayMs: this.#lineEnd - now, isAdmitted: false };
  }

  #ageOfOldest(): number {
    for (const { at } of this.#started) return this.#now() - at;
    return 0;
  }

  #areAllSlow(): boolean {
    for (const { at } of this.#started) if (this.#now() - at <= SLOW) return false;
    return this.#started.size > 0;
  }

  /** Takes a place, if there is one, or one becomes free in time. */
  #occupy(concurrency: number): boolean | Promise<boolean> {
    this.#places = concurrency;
    if (this.#occupied < concurrency) {
      this.#occupied += 1;
      return true;
    }
    const expected = ((this.#waiters.length + 1) * this.#tookMs) / concurrency;
    return concurrency > 0 && expected < PATIENCE && !this.#areAllSlow() && this.#turn();
  }

  /** Hands the place on to who waits longest, unless there are fewer places now. */
  #vacate(): void {
    const next = this.#occupied <= this.#places ? this.#waiters.shift() : undefined;
    if (next) next.resume(true);
    else this.#occupied -= 1;
  }

  /** Whether a place was handed on in time. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      let looks = 0;
      const waiter: Waiter = {
        resume: (isIn) => {
          clearInterval(timer);
          resolve(isIn);
        },
      };
      const timer = setInterval(() => {
        looks += 1;
        if (looks < MAX_LOOKS && !this.#areAllSlow()) return;
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        waiter.resume(false);
      }, SLOW);
      this.#waiters.push(waiter);
    });
  }
}
