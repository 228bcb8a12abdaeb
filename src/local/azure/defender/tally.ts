import type { World } from '../world.ts';
import { judgeSubscription } from './judge.ts';

type Tallied = Pick<World, 'estate' | 'log' | 'recorder'>;
type Counts = { healthy: number; unhealthy: number; notApplicable: number };

/** What a subscription's assessments add up to. */
export type Tally = {
  /** By assessment key. */
  readonly assessments: ReadonlyMap<string, Counts>;
  /** Verdicts of each judged resource, by assessment key. */
  readonly verdicts: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

const tallies = new WeakMap<
  object,
  Map<string, { readonly sequence: number; readonly tally: Promise<Tally> }>
>();

/** Counted anew only where the estate has changed. */
export function tallyOf(world: Tallied, subscriptionId: string): Promise<Tally> {
  const known = tallies.get(world.recorder) ?? new Map();
  tallies.set(world.recorder, known);
  const { sequence } = world.recorder;
  const cached = known.get(subscriptionId);
  if (cached?.sequence === sequence) return cached.tally;
  const tally = count(world, subscriptionId);
  known.set(subscriptionId, { sequence, tally });
  return tally;
}

async function count(world: Tallied, subscriptionId: string): Promise<Tally> {
  const assessments = new Map<string, Counts>();
  const verdicts = new Map<string, Map<string, string>>();
  for await (const { judged } of judgeSubscription(world, subscriptionId)) {
    for (const { type, judgement } of judged) {
      const counts = assessments.get(type.key) ?? { healthy: 0, unhealthy: 0, notApplicable: 0 };
      assessments.set(type.key, counts);
      if (judgement.verdict === 'Healthy') counts.healthy += 1;
      else if (judgement.verdict === 'Unhealthy') counts.unhealthy += 1;
      else counts.notApplicable += 1;
      const own = verdicts.get(judgement.resourceId) ?? new Map<string, string>();
      verdicts.set(judgement.resourceId, own.set(type.key, judgement.verdict));
    }
  }
  return { assessments, verdicts };
}
