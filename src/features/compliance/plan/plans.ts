import type { Governance } from '#features/governance/index.ts';
import { Plan } from './plan.ts';

/** The plan of one tenant on this instance; made anew when governance changed, and only what changed of it. */
export class Plans {
  readonly #governance: Pick<Governance, 'snapshot'>;
  #current: Plan | undefined;

  constructor(governance: Pick<Governance, 'snapshot'>) {
    this.#governance = governance;
  }

  /** As of at most a second ago; at least the revision that is asked for. */
  async current(atLeast?: string): Promise<Plan> {
    const snapshot = await this.#governance.snapshot(atLeast === undefined ? {} : { atLeast });
    if (this.#current?.snapshot !== snapshot)
      this.#current = this.#current?.next(snapshot) ?? new Plan(snapshot);
    return this.#current;
  }
}
