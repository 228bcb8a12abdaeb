import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { Engine } from 'json-rules-engine';
import { aliasesFromMap, compileDefinition, evaluate } from '#features/policy/index.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';
const RULES = ['httpsOnly', 'publicAccess', 'sharedKeys', 'tls', 'replication'] as const;
const BAD = 'bad';

type Settings = Record<(typeof RULES)[number], string>;

/** Rules judged a second by each engine, and the violations found: equal, or the rules are not the same. */
export type EngineRates = Readonly<
  Record<'policycortex' | 'cedar' | 'jsonRulesEngine', { rate: number; violations: number }>
>;

/**
 * Five rules of the form "a storage account whose property is bad" by three engines, over the same resources. Each
 * engine gets its best form: policies parsed once, and all rules in one call where it takes several.
 */
export async function engines({
  resources: count,
  rounds,
}: {
  resources: number;
  rounds: number;
}): Promise<EngineRates> {
  const resources = Array.from({ length: count }, (_, i) => settingsOf(i));
  const ours = policycortex();
  const cedar = cedarPolicies();
  const rules = ruleEngine();
  const best = { policycortex: none(), cedar: none(), jsonRulesEngine: none() };
  for (let round = 0; round < rounds; round += 1) {
    best.policycortex = better(best.policycortex, await measure(resources, ours));
    best.cedar = better(best.cedar, await measure(resources, cedar));
    best.jsonRulesEngine = better(best.jsonRulesEngine, await measure(resources, rules));
  }
  return best;
}

type Measured = { readonly rate: number; readonly violations: number };
type Judge = (settings: Settings, i: number) => number | Promise<number>;

function none(): Measured {
  return { rate: 0, violations: 0 };
}

function better(known: Measured, next: Measured): Measured {
  return next.rate > known.rate ? next : known;
}

async function measure(resources: readonly Settings[], judge: Judge): Promise<Measured> {
  let violations = 0;
  const startedAt = performance.now();
  for (const [i, settings] of resources.entries()) {
    const found = judge(settings, i);
    violations += typeof found === 'number' ? found : await found;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { rate: (resources.length * RULES.length) / seconds, violations };
}

function settingsOf(i: number): Settings {
  const value = (rule: number) => (Math.imul(i + 1, 2_654_435_761 + rule) >>> 7) % 5;
  return Object.fromEntries(RULES.map((rule, at) => [rule, value(at) === 0 ? BAD : 'good'])) as Settings;
}

const PARTS = ['if', 'then'] as const;

function policycortex(): Judge {
  const aliases = aliasesFromMap(
    Object.fromEntries(RULES.map((rule) => [`${TYPE}/${rule}`, `properties.${rule}`])),
  );
  const policies = RULES.map((rule) => {
    const condition = {
      allOf: [
        { field: 'type', equals: TYPE },
        { field: `${TYPE}/${rule}`, equals: BAD },
      ],
    };
    const parts = [condition, { effect: 'deny' }];
    const definition = Object.fromEntries(PARTS.map((part, at) => [part, parts[at]]));
    const result = compileDefinition({ mode: 'All', policyRule: definition }, { aliases });
    if (!result.ok) throw new Error(`${rule} does not compile`);
    return result.policy;
  });
  return (settings, i) => {
    const resource = { type: TYPE, name: `r${i}`, properties: settings };
    let violations = 0;
    for (const policy of policies)
      if (evaluate(policy, { resource }).state === 'nonCompliant') violations += 1;
    return violations;
  };
}

function cedarPolicies(): Judge {
  const staticPolicies = Object.fromEntries(
    RULES.map((rule) => [
      rule,
      `forbid (principal, action, resource) when { context.type == "${TYPE}" && context.${rule} == "${BAD}" };`,
    ]),
  );
  const parsed = preparsePolicySet('bench', { staticPolicies });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  return (settings, i) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'User', id: 'a' },
      action: { type: 'Action', id: 'write' },
      resource: { type: 'Resource', id: `r${i}` },
      context: { type: TYPE, ...settings },
      preparsedPolicySetId: 'bench',
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
    return answer.response.diagnostics.reason.length;
  };
}

function ruleEngine(): Judge {
  const engine = new Engine();
  for (const rule of RULES) {
    const all = [
      { fact: 'type', operator: 'equal', value: TYPE },
      { fact: rule, operator: 'equal', value: BAD },
    ];
    engine.addRule({ conditions: { all }, event: { type: rule } });
  }
  return async (settings) => (await engine.run({ type: TYPE, ...settings })).events.length;
}
