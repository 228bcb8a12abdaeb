import { randomUUID } from 'node:crypto';
import type { ArmRequest, ArmResponse } from './http.ts';

/** Long-running operations: 202 with a `Location` that answers 202 until the work is done, then 200. */
export class Operations {
  readonly #running = new Map<string, boolean>();
  readonly #milliseconds: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  start(request: ArmRequest, subscriptionId: string, work: () => void): ArmResponse {
    const token = randomUUID();
    this.#running.set(token, true);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
      this.#running.set(token, false);
    }, this.#milliseconds);
    this.#timers.add(timer);
    const version = request.query.get('api-version') ?? '2021-04-01';
    const location = `${request.origin}/subscriptions/${subscriptionId}/operationresults/${token}?api-version=${version}`;
    return { status: 202, headers: { location, 'retry-after': '1' } };
  }

  /** True while it runs, false when done, undefined for an unknown one. */
  isRunning(token: string): boolean | undefined {
    return this.#running.get(token);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
