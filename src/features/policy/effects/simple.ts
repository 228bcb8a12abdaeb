import { isObject, type Selected } from '../json/json.ts';
import { reportUnknownKeys, reportUnknownWord } from '../keys.ts';
import { compilePlainDetails } from './details.ts';
import type { CompiledDetails, DetailsSite, Effect, EffectEvaluation } from './effect.ts';

/** Effects whose details are evaluated as they stand. */
export const simpleEffects: readonly Effect[] = [
  simple('disabled', 'never', { order: 0, consequence: 'would not be looked at' }),
  simple('deny', 'condition', { order: 2, consequence: 'would be denied' }),
  simple('audit', 'condition', { order: 3, consequence: 'would be reported' }),
  simple('manual', 'attestation', {
    order: 4,
    consequence: 'needs a person to attest',
    compileDetails: compileManual,
  }),
  simple('denyAction', 'action', {
    order: 6,
    consequence: 'is protected from the listed actions',
    compileDetails: compileDenyAction,
  }),
  simple('addToNetworkGroup', 'external', { order: 7, consequence: 'would join the network group' }),
  simple('mutate', 'external', { order: 7, consequence: 'would be changed by the cluster' }),
  simple('enforceSetting', 'external', { order: 7, consequence: 'would be configured by its provider' }),
  simple('enforceRegoPolicy', 'external', { order: 7, consequence: 'would be checked by the cluster' }),
  simple('enforceOPAConstraint', 'external', { order: 7, consequence: 'would be checked by the cluster' }),
];

function simple(
  name: string,
  evaluation: EffectEvaluation,
  rest: Pick<Effect, 'order' | 'consequence'> & Partial<Pick<Effect, 'compileDetails'>>,
): Effect {
  return { name, evaluation, compileDetails: compilePlainDetails, ...rest };
}

function compileManual(details: Selected, site: DetailsSite): CompiledDetails {
  const place = { path: site.path, problems: site.environment.problems };
  if (isObject(details)) {
    reportUnknownKeys(details, ['defaultState'], place);
    reportUnknownWord(details, 'defaultState', { ...place, words: ['Unknown', 'Compliant', 'NonCompliant'] });
  }
  return compilePlainDetails(details, site);
}

function compileDenyAction(details: Selected, site: DetailsSite): CompiledDetails {
  const place = { path: site.path, problems: site.environment.problems };
  if (isObject(details)) reportUnknownKeys(details, ['actionNames', 'cascadeBehaviors'], place);
  return compilePlainDetails(details, site);
}
