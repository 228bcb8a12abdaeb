type Limit = { readonly requests: number; readonly seconds: number };
type Use = { readonly remaining: number; readonly resetsAfter: number };

/** Counts requests in fixed windows, as Resource Graph does for each user (15 per 5 seconds). */
export class Quota {
  #windowStart = 0;
  #used = 0;

  /** Takes one request; `remaining` is negative when there was none left. Times are in milliseconds. */
  use(limit: Limit, now: number): Use {
    const length = limit.seconds * 1000;
    if (now - this.#windowStart >= length) {
      this.#windowStart = now;
      this.#used = 0;
    }
    this.#used++;
    return { remaining: limit.requests - this.#used, resetsAfter: this.#windowStart + length - now };
  }
}
