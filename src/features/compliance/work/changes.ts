import { type Case, explainOutcome, judge } from '../evaluation/judge.ts';
import { merge, type Outcomes, type State } from '../evaluation/outcomes.ts';
import type { Turn } from '../events.ts';
import { type PairInfo, pairInfo } from '../plan/pair.ts';
import type { SegmentPlan } from '../plan/segmentPlan.ts';
import type { StoredOutcomes } from '../rows/rows.ts';
import type { OutcomeChange } from '../rows/segmentRows.ts';

/** How a resource is judged: by what, from what, and what was known of it. */
export type Judgement = {
  readonly key: string;
  readonly id: string;
  readonly previous: StoredOutcomes | undefined;
  /** Undefined: the resource is gone. */
  readonly of: Case | undefined;
};

const NOTHING: Outcomes = new Map();

/** What is to be written of a resource; undefined where its outcomes are as they were. */
export function toChange(
  { key, id, previous, of }: Judgement,
  plan: SegmentPlan,
  infoOf: (code: string) => PairInfo | undefined,
): OutcomeChange | undefined {
  const states: ReadonlyMap<string, State> = of ? judge(plan, of) : new Map();
  const before = previous?.outcomes ?? NOTHING;
  const now = Math.floor(Date.parse(of?.utcNow ?? '') / 1000) || 0;
  const merged = merge(before, states, now);
  if (!merged) return undefined;
  const next = merged.size === 0 ? undefined : merged;
  const turns = turnsOf(before, states).flatMap(([code, from, to]): Turn[] => {
    const candidate = of && plan.candidates(of.subject).find(({ pair }) => pair.code === code);
    const info = candidate ? pairInfo(candidate.pair) : infoOf(code);
    if (!info) return [];
    if (!of) return [{ info, before: from, after: to, reason: `${id} is gone` }];
    const reason =
      candidate && to
        ? sentenceOf(candidate, plan, of)
        : `${info.policyName || info.definitionId} no longer judges ${id}`;
    return [{ info, before: from, after: to, reason }];
  });
  return { key, id: previous?.id ?? id, previous, next, turns };
}

/** Pairs whose state changed in a way that an event tells. */
function turnsOf(
  before: Outcomes,
  states: ReadonlyMap<string, State>,
): (readonly [code: string, from: State | undefined, to: State | undefined])[] {
  const codes = new Set([...before.keys(), ...states.keys()]);
  return [...codes].flatMap((code) => {
    const from = before.get(code)?.state;
    const to = states.get(code);
    const isTold = from !== to && (to === 'nonCompliant' || from === 'nonCompliant' || (from && to));
    return isTold ? [[code, from, to] as const] : [];
  });
}

function sentenceOf(candidate: Parameters<typeof explainOutcome>[0], plan: SegmentPlan, of: Case): string {
  const { outcome, explanation } = explainOutcome(candidate, plan, of);
  if (explanation) return explanation.sentence;
  return 'reason' in outcome ? outcome.reason : '';
}
