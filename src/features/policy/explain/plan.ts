import type { CompiledCondition, CompiledLeaf } from '../conditions/compiled.ts';
import type { ConditionEnvironment } from '../conditions/environment.ts';
import { innermostFrame } from '../fields/access.ts';
import type { Frame } from '../fields/environment.ts';
import { resolveField } from '../fields/registry.ts';
import type { Json, Selected } from '../json/json.ts';
import { findOperator } from '../operators/registry.ts';
import { members, type Segment } from '../paths/parse.ts';
import { type Run, takeFault } from '../run.ts';
import { type PlannedChange, plannedChange, reconciled } from './change.ts';
import { concretePlaces, type Place } from './places.ts';
import { planCount } from './planCount.ts';
import { quietly } from './trace.ts';
import { findWitness } from './witness.ts';

/** Work beyond this many conditions is given up: the plan would help nobody. */
const MOST_STEPS = 2000;

/** What planning shares. */
export interface Planning {
  readonly run: Run;
  readonly environment: ConditionEnvironment;
  /** Enclosing counts that are being gone through, and where their current members stand. */
  readonly enclosing: readonly { readonly frame: Frame; readonly place: readonly Segment[] }[];
  readonly budget: { steps: number };
}

/** Fields that no change to a resource can alter. */
const FIXED = new Set(['type', 'name', 'fullName', 'id']);

/**
 * The smallest set of changes known that makes a condition come out as wanted.
 * @returns [] where it does already; null where no change would
 */
export function plan(
  condition: CompiledCondition,
  wanted: boolean,
  planning: Planning,
): PlannedChange[] | null {
  const { run, budget } = planning;
  budget.steps += 1;
  if (budget.steps > MOST_STEPS) return null;
  takeFault(run);
  const holds = condition.test(run);
  const faulty = takeFault(run) !== null;
  if (holds === wanted && !faulty) return [];
  if (condition.kind === 'not') return plan(condition.of, !wanted, planning);
  if (condition.kind === 'leaf') return planLeaf(condition, wanted, planning);
  const oneIsEnough = (condition.kind === 'anyOf') === wanted;
  const plans = condition.of.map((each) => plan(each, wanted, planning));
  return oneIsEnough ? smallest(plans) : together(plans);
}

/** All ways to turn a condition, the smallest first. */
export function alternatives(
  condition: CompiledCondition,
  wanted: boolean,
  planning: Planning,
): PlannedChange[][] {
  const oneIsEnough =
    condition.kind !== 'leaf' && condition.kind !== 'not' && (condition.kind === 'anyOf') === wanted;
  const plans = oneIsEnough
    ? condition.of.map((each) => plan(each, wanted, planning))
    : [plan(condition, wanted, planning)];
  return plans
    .filter((each) => each !== null && each.length > 0)
    .map((each) => each ?? [])
    .toSorted((left, right) => left.length - right.length);
}

function smallest(plans: readonly (PlannedChange[] | null)[]): PlannedChange[] | null {
  let best: PlannedChange[] | null = null;
  for (const each of plans) if (each !== null && (best === null || each.length < best.length)) best = each;
  return best;
}

function together(plans: readonly (PlannedChange[] | null)[]): PlannedChange[] | null {
  return plans.includes(null) ? null : reconciled(plans.flatMap((each) => each ?? []));
}

function planLeaf(leaf: CompiledLeaf, wanted: boolean, planning: Planning): PlannedChange[] | null {
  if (leaf.count !== null) return planCount(leaf, wanted, { planning, plan });
  const segments = segmentsOf(leaf, planning);
  if (segments === null) return null;
  const expected = quietly(leaf.expected, planning.run) ?? null;
  const places = placesOf(segments, planning);
  if (!segments.includes(members)) {
    return places[0] === undefined ? null : changesAt([places[0]], { leaf, wanted, expected });
  }
  return planCollection(leaf, places, { leaf, wanted, expected, planning });
}

function segmentsOf(leaf: CompiledLeaf, { run, environment }: Planning): readonly Segment[] | null {
  if (leaf.field === null) return null;
  const { field } = leaf;
  const reference = field.reference ?? quietly(() => resolveField(field.label(run), environment.fields), run);
  if (reference === undefined) return null;
  const resolved = 'ok' in reference ? (reference.ok ? reference.reference : null) : reference;
  if (resolved === null || FIXED.has(resolved.kind) || resolved.segments.length === 0) return null;
  return resolved.segments;
}

/** The places a path selects, seen from within the enclosing counts. */
function placesOf(segments: readonly Segment[], { run, enclosing }: Planning): Place[] {
  const frame = innermostFrame(
    segments,
    enclosing.map((each) => each.frame),
  );
  const at = enclosing.find((each) => each.frame === frame);
  if (frame?.segments == null || at === undefined) return concretePlaces(run.document, segments, []);
  return concretePlaces(run.frames[frame.index], segments.slice(frame.segments.length), at.place);
}

interface LeafWish {
  readonly leaf: CompiledLeaf;
  readonly wanted: boolean;
  readonly expected: Json;
}

function changesAt(places: readonly Place[], { leaf, wanted, expected }: LeafWish): PlannedChange[] | null {
  const changes = places.map(({ segments, value }) => changeOf(segments, value, { leaf, wanted, expected }));
  return changes.some((change) => change === null) ? null : changes.filter((change) => change !== null);
}

function changeOf(
  segments: readonly Segment[],
  from: Selected,
  { leaf, wanted, expected }: LeafWish,
): PlannedChange | null {
  const { operator } = leaf;
  const witness = findWitness({
    operator: operator.name,
    negationOf: operator.negation,
    wanted,
    expected,
    actual: from,
  });
  if (witness === null) return null;
  const action = witness.value === undefined ? 'remove' : 'set';
  if (action === 'remove' && from === undefined) return null;
  return plannedChange(action, { segments, from, to: witness.value, requirement: witness.requirement });
}

/** A condition over `[*]` speaks of all values: to hold, each that fails is changed; not to hold, one is. */
function planCollection(
  leaf: CompiledLeaf,
  places: readonly Place[],
  wish: LeafWish & { readonly planning: Planning },
): PlannedChange[] | null {
  if (!wish.wanted) return places[0] === undefined ? null : changesAt([places[0]], wish);
  const predicate = findOperator(leaf.operator.name)?.prepare(
    wish.expected,
    wish.planning.environment.semantics,
  );
  if (predicate === undefined || typeof predicate === 'string') return null;
  return changesAt(
    places.filter(({ value }) => !predicate(value, wish.planning.run)),
    wish,
  );
}
