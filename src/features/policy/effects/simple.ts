import { compilePlainDetails } from './details.ts';
import type { Effect, EffectEvaluation } from './effect.ts';

/** Effects whose details are evaluated as they stand. */
export const simpleEffects: readonly Effect[] = [
  simple('disabled', 'never', { order: 0, consequence: 'would not be looked at' }),
  simple('deny', 'condition', { order: 2, consequence: 'would be denied' }),
  simple('audit', 'condition', { order: 3, consequence: 'would be reported' }),
  simple('manual', 'attestation', { order: 4, consequence: 'needs a person to attest' }),
  simple('denyAction', 'action', { order: 6, consequence: 'is protected from the listed actions' }),
  simple('addToNetworkGroup', 'external', { order: 7, consequence: 'would join the network group' }),
  simple('mutate', 'external', { order: 7, consequence: 'would be changed by the cluster' }),
  simple('enforceSetting', 'external', { order: 7, consequence: 'would be configured by its provider' }),
  simple('enforceRegoPolicy', 'external', { order: 7, consequence: 'would be checked by the cluster' }),
  simple('enforceOPAConstraint', 'external', { order: 7, consequence: 'would be checked by the cluster' }),
];

function simple(
  name: string,
  evaluation: EffectEvaluation,
  rest: Pick<Effect, 'order' | 'consequence'>,
): Effect {
  return { name, evaluation, ...rest, compileDetails: compilePlainDetails };
}
