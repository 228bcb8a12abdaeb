import type { DescribedDetails } from '../effects/effect.ts';
import { ExpressionFault } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import type { Evaluation } from './evaluate.ts';

/** What an effect would do to a resource. */
export interface EffectDescription extends DescribedDetails {
  readonly effect: string;
  /** As a sentence without its subject: "would be denied". */
  readonly consequence: string;
  /** Why the details could not be worked out, where they could not. */
  readonly fault?: string;
}

/** What the effect of an evaluation would do; null where the policy was put aside before its effect was known. */
export function describeEffect(evaluation: Evaluation): EffectDescription | null {
  const { effect, program, run } = evaluation;
  if (effect === null || program === null || run === null) return null;
  const base = { effect: effect.name, consequence: effect.consequence };
  try {
    return { ...base, ...program.detailsFor(effect).describe(run) };
  } catch (caught) {
    if (!(caught instanceof ExpressionFault)) throw caught;
    return { ...base, details: null satisfies Json, fault: caught.fault.reason };
  }
}
