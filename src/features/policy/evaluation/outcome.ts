import type { Exemption } from '../assignment/exemptions.ts';

/** The one thing an evaluation comes to. */
export type Outcome =
  | { readonly state: 'compliant'; readonly effect: string }
  | { readonly state: 'nonCompliant'; readonly effect: string }
  | { readonly state: 'notApplicable'; readonly reason: string }
  | { readonly state: 'exempt'; readonly effect: string; readonly exemption: Exemption }
  /** The evaluation failed; Azure treats that as an implicit deny. */
  | { readonly state: 'error'; readonly effect: string; readonly expression: string; readonly reason: string }
  /** Something is missing that only the caller can give. */
  | {
      readonly state: 'needsData';
      readonly effect: string;
      readonly missing: readonly string[];
      readonly reason: string;
    };

/** The six states, for grouping. */
export const outcomeStates = [
  'compliant',
  'nonCompliant',
  'notApplicable',
  'exempt',
  'error',
  'needsData',
] as const;

const compliantOutcomes = new Map<string, Outcome>();
const nonCompliantOutcomes = new Map<string, Outcome>();

/** Shared frozen outcomes, so that the common answers allocate nothing. */
export function compliant(effect: string): Outcome {
  return shared(compliantOutcomes, 'compliant', effect);
}

/** See {@link compliant}. */
export function nonCompliant(effect: string): Outcome {
  return shared(nonCompliantOutcomes, 'nonCompliant', effect);
}

function shared(
  outcomes: Map<string, Outcome>,
  state: 'compliant' | 'nonCompliant',
  effect: string,
): Outcome {
  const known = outcomes.get(effect);
  if (known !== undefined) return known;
  const outcome = Object.freeze({ state, effect });
  outcomes.set(effect, outcome);
  return outcome;
}

/** A frozen outcome for one reason. */
export function notApplicable(reason: string): Outcome {
  return Object.freeze({ state: 'notApplicable', reason });
}
