import { evaluate, type Outcome, trace } from '#features/policy/index.ts';
import { type Assigned, readMaterial } from '../support/policyMaterial.ts';

const context = {
  utcNow: '2026-01-01T00:00:00Z',
  resourceGroup: { name: 'rg', location: 'westeurope', managedBy: '', tags: {} },
  subscription: { subscriptionId: '0', displayName: 'bench', tags: {} },
  requestContext: { apiVersion: '2025-01-01' },
};

/** What one run measured: pairs of policy and resource, and how fast they went. */
export type PolicyRates = {
  readonly policies: number;
  readonly pairs: number;
  readonly matchingPairs: number;
  readonly states: Readonly<Record<string, number>>;
  /** Pairs a second: all; those whose type matches; the latter with traces. */
  readonly overall: number;
  readonly matching: number;
  readonly traced: number;
};

type Pair = { readonly assigned: Assigned; readonly resources: readonly object[] };

/** Evaluates every built-in that one resource decides against generated resources, on one thread. */
export async function policy({
  resources: count,
  rounds,
}: {
  resources: number;
  rounds: number;
}): Promise<PolicyRates> {
  const { assigned, resources } = readMaterial(count);
  const all = assigned.map((each) => ({ assigned: each, resources }));
  const matching = assigned.map((each) => ({
    assigned: each,
    resources: resources.filter((one) => matches(each, one)),
  }));
  const states: Record<string, number> = {};
  for (const pair of matching) {
    run(pair, (given, resource) => tally(states, evaluate(given.policy, inputFor(given, resource)).state));
    run(pair, (given, resource) => trace(given.policy, inputFor(given, resource)).outcome);
  }
  const best = { overall: 0, matching: 0, traced: 0 };
  for (let round = 0; round < rounds; round += 1) {
    best.overall = Math.max(best.overall, rateOf(all, judge));
    best.matching = Math.max(best.matching, rateOf(matching, judge));
    best.traced = Math.max(best.traced, rateOf(matching, judgeWithTrace));
  }
  return {
    policies: assigned.length,
    pairs: pairsOf(all),
    matchingPairs: pairsOf(matching),
    states,
    ...best,
  };
}

function matches({ policy: { types } }: Assigned, resource: object): boolean {
  return types === null || ('type' in resource && types.has(String(resource.type)));
}

function inputFor({ parameters }: Assigned, resource: object) {
  return { resource, parameters, context };
}

function tally(states: Record<string, number>, state: Outcome['state']): void {
  states[state] = (states[state] ?? 0) + 1;
}

function judge(given: Assigned, resource: object): Outcome {
  return evaluate(given.policy, inputFor(given, resource));
}

function judgeWithTrace(given: Assigned, resource: object): Outcome {
  return trace(given.policy, inputFor(given, resource)).outcome;
}

function run({ assigned, resources }: Pair, work: (assigned: Assigned, resource: object) => unknown): void {
  for (const resource of resources) work(assigned, resource);
}

/** Pairs a second. */
function rateOf(pairs: readonly Pair[], work: (assigned: Assigned, resource: object) => Outcome): number {
  let violations = 0;
  const startedAt = performance.now();
  for (const pair of pairs)
    run(pair, (assigned, resource) => {
      if (work(assigned, resource).state === 'nonCompliant') violations += 1;
    });
  const seconds = (performance.now() - startedAt) / 1000;
  if (violations === 0) throw new Error('nothing was found: the resources do not fit the policies');
  return pairsOf(pairs) / seconds;
}

function pairsOf(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { resources }) => sum + resources.length, 0);
}
