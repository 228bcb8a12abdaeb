import type { Outcome } from '#features/policy/index.ts';

/** A state that is kept; what does not apply is not. */
export type State = Exclude<Outcome['state'], 'notApplicable'>;

export const STATES = ['nonCompliant', 'compliant', 'exempt', 'error', 'needsData'] as const;

const LETTER: Readonly<Record<State, string>> = {
  nonCompliant: 'n',
  compliant: 'c',
  exempt: 'x',
  error: 'e',
  needsData: 'd',
};
const STATE = new Map<string, State>(STATES.map((state) => [LETTER[state], state]));

/** Outcomes of one resource, by pair code. */
export type Outcomes = ReadonlyMap<string, Standing>;
/** A state and since when, in seconds since the epoch. */
export type Standing = { readonly state: State; readonly since: number };

/**
 * Outcomes as text: `findings` are `CODE` + state letter + since in base 36, space between; `compliant` the codes of
 * what complies. Sorted, so that equal outcomes have equal texts.
 */
export function packOutcomes(outcomes: Outcomes): { findings: string; compliant: string } {
  const findings: string[] = [];
  const compliant: string[] = [];
  for (const [code, { state, since }] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (state === 'compliant') compliant.push(`${code}${since.toString(36)}`);
    else findings.push(`${code}${LETTER[state]}${since.toString(36)}`);
  }
  return { findings: findings.join(' '), compliant: compliant.join(' ') };
}

const CODE_LENGTH = 12;

export function unpackFindings(text: string): [code: string, standing: Standing][] {
  if (text === '') return [];
  return text.split(' ').map((part) => [
    part.slice(0, CODE_LENGTH),
    {
      state: STATE.get(part.charAt(CODE_LENGTH)) ?? 'error',
      since: Number.parseInt(part.slice(CODE_LENGTH + 1), 36),
    },
  ]);
}

export function unpackOutcomes(packed: { findings: string; compliant: string }): Outcomes {
  const compliant = packed.compliant === '' ? [] : packed.compliant.split(' ');
  return new Map<string, Standing>([
    ...unpackFindings(packed.findings),
    ...compliant.map((part): [string, Standing] => [
      part.slice(0, CODE_LENGTH),
      { state: 'compliant', since: Number.parseInt(part.slice(CODE_LENGTH), 36) },
    ]),
  ]);
}

/** The new outcomes with the times of those that did not change; undefined where none did. */
export function merge(
  before: Outcomes,
  states: ReadonlyMap<string, State>,
  now: number,
): Outcomes | undefined {
  let changed = before.size !== states.size;
  const merged = new Map<string, Standing>();
  for (const [code, state] of states) {
    const known = before.get(code);
    if (known?.state === state) merged.set(code, known);
    else {
      changed = true;
      merged.set(code, { state, since: now });
    }
  }
  return changed ? merged : undefined;
}

/** Worst first, as Azure aggregates several states of one resource. Source: "Azure Policy compliance states". */
const RANK: Readonly<Record<State, number>> = {
  nonCompliant: 0,
  compliant: 1,
  error: 2,
  exempt: 3,
  needsData: 4,
};

/** The state of a resource that several outcomes say something of. */
export function aggregate(states: Iterable<State>): State | undefined {
  let worst: State | undefined;
  for (const state of states) if (worst === undefined || RANK[state] < RANK[worst]) worst = state;
  return worst;
}
