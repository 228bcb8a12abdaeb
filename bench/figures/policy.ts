import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { hasMaterial } from '../support/policyMaterial.ts';
import { round } from '../support/stats.ts';
import type { EngineRates } from '../tasks/engines.ts';
import type { PolicyRates } from '../tasks/policy.ts';

/** The policy engine on one thread, alone and beside two other rule engines. */
export const policy: Figure = {
  name: 'policy',
  summary:
    'policy evaluations a second: the built-ins over generated resources, and simple rules beside two other engines',
  run: async function* (context) {
    if (hasMaterial()) yield* measureBuiltIns(context);
    else context.say('built-ins left out: ../shared/policy is not here');
    yield await measureEngines(context);
  },
};

async function* measureBuiltIns(context: BenchContext): AsyncGenerator<Measurement> {
  const input = { resources: context.isQuick ? 1_000 : 10_000, rounds: 3 };
  const rates: PolicyRates = await inOwnProcess('policy', input, context);
  const { overall, matching, traced, ...counts } = rates;
  yield rate('policy pairs, all', overall, {
    target: '≥ 1,000,000 pairs/s',
    met: overall >= 1e6,
    details: counts,
  });
  const fast = matching >= 300_000;
  yield rate('policy pairs whose type matches', matching, {
    target: '≥ 300,000 pairs/s',
    met: fast,
    details: {},
  });
  const ratio = round(traced / matching);
  const share = { target: '≥ 1/4 of the rate without', met: ratio >= 0.25, details: {} };
  yield { ...rate('the same with traces', traced, share), ratio };
}

async function measureEngines(context: BenchContext): Promise<Measurement> {
  const input = { resources: context.isQuick ? 2_000 : 20_000, rounds: 3 };
  const rates: EngineRates = await inOwnProcess('engines', input, context);
  const { policycortex, cedar, jsonRulesEngine } = rates;
  const same =
    cedar.violations === policycortex.violations && jsonRulesEngine.violations === policycortex.violations;
  if (!same) throw new Error(`the engines disagree: ${JSON.stringify(rates)}`);
  const ratio = round(policycortex.rate / Math.max(cedar.rate, jsonRulesEngine.rate));
  const target = '≥ 10 × @cedar-policy/cedar-wasm and json-rules-engine';
  return { ...rate('simple rules', policycortex.rate, { target, met: ratio >= 10, details: rates }), ratio };
}

type Judged = Pick<Measurement, 'target' | 'met' | 'details'>;

function rate(figure: string, value: number, judged: Judged): Measurement {
  return { figure, value: round(value, 0), unit: 'a second', ...judged };
}
