import type { Revision } from './revision.ts';
import type { GovernanceStore } from './store.ts';

export type FreshnessOptions = {
  /** A revision that must have been reached, as an event told it. */
  readonly atLeast?: string;
};

/** A look at the tables: when it began, and how many writes of this instance had been made by then. */
type Look = { readonly at: number; readonly wanted: number };

/** Something that is made of the rows, and made anew when the revision has changed. */
export class Current<T> {
  readonly #store: GovernanceStore;
  readonly #freshnessMs: number;
  readonly #read: (revision: Revision) => Promise<T>;
  #value: { readonly number: number; readonly of: T } | undefined;
  #wanted = 0;
  #done: Look = { at: Number.NEGATIVE_INFINITY, wanted: 0 };
  #running: Promise<void> | undefined;

  constructor(
    store: GovernanceStore,
    options: { freshnessMs: number; read: (revision: Revision) => Promise<T> },
  ) {
    this.#store = store;
    this.#freshnessMs = options.freshnessMs;
    this.#read = options.read;
  }

  /** As of at most `freshnessMs` ago; whatever was written on this instance is in it. */
  async get({ atLeast = '' }: FreshnessOptions = {}): Promise<T> {
    const need = { since: this.#store.clock.now().getTime() - this.#freshnessMs, wanted: this.#wanted };
    const known = (): T | undefined => {
      const { at, wanted } = this.#done;
      const isEnough = at > need.since && wanted >= need.wanted;
      return this.#value && isEnough && isReached(this.#value.number, atLeast) ? this.#value.of : undefined;
    };
    await (known() === undefined ? this.#running?.catch(() => undefined) : undefined);
    const found = known();
    if (found !== undefined) return found;
    this.#running ??= this.#look();
    await this.#running;
    if (!this.#value) throw new Error('nothing was read');
    return this.#value.of;
  }

  /** The next caller gets what is read from now on: something was written here. */
  invalidate(): void {
    this.#wanted += 1;
  }

  async #look(): Promise<void> {
    const look = { at: this.#store.clock.now().getTime(), wanted: this.#wanted };
    try {
      const revision = await this.#store.revision();
      if (this.#value?.number !== revision.number) {
        this.#value = { number: revision.number, of: await this.#read(revision) };
      }
      this.#done = look;
    } finally {
      this.#running = undefined;
    }
  }
}

/** Whether a number is not before that of a revision; what of it lies in the program does not matter. */
function isReached(number: number, atLeast: string): boolean {
  return number >= Number(atLeast.split('-')[0] ?? 0);
}
