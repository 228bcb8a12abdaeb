import { setTimeout as pause } from 'node:timers/promises';
import { type Child, type ChildOptions, startChild } from '#local/child.ts';
import { messageOf } from '#platform/failure.ts';

const START_ATTEMPTS = 20;

/** One process of the product: can be killed and comes back in its place, with the same port and data. */
export class Part {
  readonly name: string;
  /** How it ended by itself, which nothing in a soak may. */
  readonly failures: string[] = [];
  readonly #options: () => ChildOptions;
  #child: Child | undefined;
  #isKilled = false;

  /** @param options asked for at each start, so that the port of the first start can go into the later ones */
  constructor(name: string, options: () => ChildOptions) {
    this.name = name;
    this.#options = options;
  }

  /** What the process printed when it was ready. */
  get value(): unknown {
    return this.#child?.value;
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#child = await startChild(this.#options());
        break;
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        this.failures.push(`start: ${messageOf(error)}`);
        await pause(250);
      }
    }
    this.#isKilled = false;
    const child = this.#child;
    child.ended.catch((error: unknown) => {
      if (!this.#isKilled && child === this.#child) this.failures.push(messageOf(error));
    });
  }

  /** `kill -9`, then at once a new process. */
  async killAndRestart(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#isKilled = true;
    process.kill(child.pid, 'SIGKILL');
    await child.ended.catch(() => undefined);
    await this.start();
  }

  async stop(): Promise<void> {
    this.#isKilled = true;
    await this.#child?.stop();
  }
}
