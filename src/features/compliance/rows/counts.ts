import { aggregate, type Outcomes, STATES, type State } from '../evaluation/outcomes.ts';

/** How many in each state, in the order of `STATES`. */
export type Tally = readonly number[];
/**
 * Tallies by what is counted: `*` resources by their worst state, an assignment's code its resources by their worst
 * state, a pair's code its resources.
 */
export type Counts = Readonly<Record<string, Tally>>;
export const ALL = '*';

const PLACE = new Map<State, number>(STATES.map((state, place) => [state, place]));
export const EMPTY: Tally = STATES.map(() => 0);

/** Counts with those of one row exchanged. `assignmentOf` gives the code of a pair's assignment. */
export class Counting {
  readonly #tallies: Record<string, number[]>;
  readonly #assignmentOf: (code: string) => string | undefined;

  constructor(counts: Counts, assignmentOf: (code: string) => string | undefined) {
    this.#tallies = Object.fromEntries(Object.entries(counts).map(([name, tally]) => [name, [...tally]]));
    this.#assignmentOf = assignmentOf;
  }

  exchange(before: Outcomes | undefined, after: Outcomes | undefined): void {
    if (before) this.#add(before, -1);
    if (after) this.#add(after, 1);
  }

  /** What is counted; names that count nothing are left out. */
  get counts(): Counts {
    return Object.fromEntries(
      Object.entries(this.#tallies).filter(([, tally]) => tally.some((count) => count !== 0)),
    );
  }

  #add(outcomes: Outcomes, by: number): void {
    const byAssignment = new Map<string, State[]>();
    for (const [code, { state }] of outcomes) {
      this.#count(code, state, by);
      const assignment = this.#assignmentOf(code);
      if (assignment === undefined || assignment === code) continue;
      const states = byAssignment.get(assignment) ?? [];
      states.push(state);
      byAssignment.set(assignment, states);
    }
    for (const [assignment, states] of byAssignment) this.#count(assignment, aggregate(states), by);
    this.#count(ALL, aggregate([...outcomes.values()].map(({ state }) => state)), by);
  }

  #count(name: string, state: State | undefined, by: number): void {
    if (state === undefined) return;
    const tally = this.#tallies[name] ?? [...EMPTY];
    const place = PLACE.get(state) ?? 0;
    tally[place] = (tally[place] ?? 0) + by;
    this.#tallies[name] = tally;
  }
}

export function addTallies(a: Tally, b: Tally): Tally {
  return a.map((count, place) => count + (b[place] ?? 0));
}

/**
 * Per cent of what is counted that is compliant, exempt or unknown; null where nothing is.
 * Source: learn.microsoft.com, "Azure Policy compliance states", "Compliance percentage".
 */
export function percentage(
  [, compliant = 0, exempt = 0, , unknown = 0]: Tally,
  total: number,
): number | null {
  return total === 0 ? null : Math.round(((compliant + exempt + unknown) / total) * 1000) / 10;
}

export function totalOf(tally: Tally): number {
  return tally.reduce((sum, count) => sum + count, 0);
}
