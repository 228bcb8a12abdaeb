import { type Principal, visibleSubscription } from '#http/principal.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { CaseMaker } from '../evaluation/cases.ts';
import { type Case, explainOutcome, outcomeOf } from '../evaluation/judge.ts';
import { aggregate, STATES, type State } from '../evaluation/outcomes.ts';
import type { Plan } from '../plan/plan.ts';
import type { Candidate, SegmentPlan } from '../plan/segmentPlan.ts';
import { toCounts } from '../read/summary.ts';
import type { WhatIfInput, WhatIfResult } from '../schema.ts';
import type { Room } from '../work/room.ts';
import { differences, fingerprintsOf } from '../work/scope.ts';
import { applyDraft } from './draft.ts';

const READ_CONCURRENCY = 32;
const CHUNK = 500;
const BUDGET_MS = 25_000;
const EXAMPLES = 10;

type Tallies = { before: number[]; after: number[] };
type Example = WhatIfResult['newly_failing']['examples'][number];
type Comparison = Tallies & {
  evaluated: number;
  failing: Example[];
  passing: Example[];
  newlyFailing: number;
  newlyPassing: number;
};

/** What a draft would change, resource by resource, without saving it: only what it reaches is looked at. */
export async function whatIf(
  input: WhatIfInput,
  caller: Pick<Principal, 'scopes'>,
  room: Room,
): Promise<WhatIfResult> {
  const segments = (await room.inventory.segments.list()).map(({ segment }) => segment);
  const current = await room.plans.current();
  const draft = current.next(await applyDraft(input, current.snapshot, room));
  return comparePlans(
    { current, draft, segments: segments.filter((each) => visibleSubscription(caller, each)) },
    room,
  );
}

/** Counts of some segments by two plans, and what differs. */
export async function comparePlans(
  { current, draft, segments }: { current: Plan; draft: Plan; segments: readonly string[] },
  room: Room,
): Promise<WhatIfResult> {
  const startedAt = performance.now();
  const found: Comparison = {
    before: STATES.map(() => 0),
    after: STATES.map(() => 0),
    ...{ evaluated: 0, failing: [], passing: [], newlyFailing: 0, newlyPassing: 0 },
  };
  let reached = 0;
  for (const segment of segments) {
    const [now, next] = [current.forSegment(segment), draft.forSegment(segment)];
    const codes = differences(fingerprintsOf(now), next);
    const keys = codes.size === 0 ? [] : await keysFor(codes, [now, next], room);
    reached += keys.length;
    for (let at = 0; at < keys.length && performance.now() - startedAt < BUDGET_MS; at += CHUNK)
      await compare(keys.slice(at, at + CHUNK), { now, draft: next, codes, found }, room);
  }
  return {
    complete: found.evaluated === reached,
    reached,
    evaluated: found.evaluated,
    before: toCounts(found.before),
    after: toCounts(found.after),
    newly_failing: { count: found.newlyFailing, examples: found.failing },
    newly_passing: { count: found.newlyPassing, examples: found.passing },
  };
}

/** Keys of the resources of the types that some assignments, as they are or would be, judge. */
async function keysFor(
  codes: ReadonlySet<string>,
  plans: readonly SegmentPlan[],
  room: Room,
): Promise<string[]> {
  const rules = plans.flatMap(({ pairs }) => pairs.filter(({ assignmentCode }) => codes.has(assignmentCode)));
  const isAny = rules.some(({ rule }) => !rule.ok || rule.policy.types === null);
  const types = rules.flatMap(({ rule }) => (rule.ok && rule.policy.types ? [...rule.policy.types] : []));
  const { hits } = await room.catalogue.query({
    filter: { segments: [plans[0]?.segment ?? ''], ...(!isAny && { types: [...new Set(types)] }) },
    sort: 'id',
    descending: false,
    limit: Number.MAX_SAFE_INTEGER,
  });
  return hits.map(({ key }) => key);
}

async function compare(
  keys: readonly string[],
  of: { now: SegmentPlan; draft: SegmentPlan; codes: ReadonlySet<string>; found: Comparison },
  room: Room,
): Promise<void> {
  const { now, draft, codes, found } = of;
  const utcNow = room.clock.now().toISOString();
  const maker = new CaseMaker({ segment: now.segment, ports: room.evaluator.casePorts, utcNow });
  const resources = await mapConcurrently(keys, READ_CONCURRENCY, (key) =>
    room.inventory.get(now.segment, key),
  );
  const living = resources.filter((resource) => resource !== undefined);
  const cases = await Promise.all(
    living.map(async (resource) => ({
      now: await maker.ofStored(resource, now),
      drafted: await maker.ofStored(resource, draft),
    })),
  );
  const judged = await maker.complete(() =>
    cases.map((each) => ({
      drafted: each.drafted,
      before: stateOf(now, each.now, codes),
      after: stateOf(draft, each.drafted, codes),
    })),
  );
  found.evaluated += keys.length;
  for (const { drafted: one, before, after } of judged) {
    count(found.before, before);
    count(found.after, after);
    const isNewlyFailing = after === 'nonCompliant' && before !== 'nonCompliant';
    const isNewlyPassing = before === 'nonCompliant' && after !== 'nonCompliant';
    if (isNewlyFailing) found.newlyFailing += 1;
    if (isNewlyPassing) found.newlyPassing += 1;
    const examples = isNewlyFailing ? found.failing : found.passing;
    if ((isNewlyFailing || isNewlyPassing) && examples.length < EXAMPLES) {
      const reason = reasonOf(draft, one, codes, after);
      examples.push({
        resource_id: String(one.document.id),
        before: before ?? null,
        after: after ?? null,
        reason,
      });
    }
  }
}

function chosen(plan: SegmentPlan, of: Case, codes: ReadonlySet<string>): Candidate[] {
  return plan.candidates(of.subject).filter(({ pair }) => codes.has(pair.assignmentCode));
}

function stateOf(plan: SegmentPlan, of: Case, codes: ReadonlySet<string>): State | undefined {
  const states = chosen(plan, of, codes).map((candidate) => outcomeOf(candidate, plan, of).state);
  return aggregate(states.filter((state) => state !== 'notApplicable'));
}

function reasonOf(plan: SegmentPlan, of: Case, codes: ReadonlySet<string>, state: State | undefined): string {
  const candidate = chosen(plan, of, codes).find((each) => outcomeOf(each, plan, of).state === state);
  const { explanation } = candidate ? explainOutcome(candidate, plan, of) : {};
  return explanation?.sentence ?? 'no policy of the draft judges it';
}

function count(tally: number[], state: State | undefined): void {
  const place = state === undefined ? -1 : STATES.indexOf(state);
  if (place >= 0) tally[place] = (tally[place] ?? 0) + 1;
}

/** The plan with a draft; the plan as it is where there is none. */
export async function planWith(input: WhatIfInput, room: Room): Promise<Plan> {
  const current = await room.plans.current();
  const isDraft = input.definition || input.initiative || input.assignment || input.policyId !== undefined;
  return isDraft ? current.next(await applyDraft(input, current.snapshot, room)) : current;
}
