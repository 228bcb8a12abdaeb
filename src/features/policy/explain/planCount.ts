import type { CompiledCondition, CompiledCount, CompiledLeaf } from '../conditions/compiled.ts';
import type { Frame } from '../fields/environment.ts';
import { isArray, type Json } from '../json/json.ts';
import { findOperator } from '../operators/registry.ts';
import { members, type Segment } from '../paths/parse.ts';
import { takeFault } from '../run.ts';
import { applyChanges, type PlannedChange, plannedChange } from './change.ts';
import { concretePlaces } from './places.ts';
import type { Planning } from './plan.ts';
import { quietly } from './trace.ts';

/** Planning, and how to plan for the conditions of a `where`. */
export interface CountPlanning {
  readonly planning: Planning;
  readonly plan: (
    condition: CompiledCondition,
    wanted: boolean,
    planning: Planning,
  ) => PlannedChange[] | null;
}

/** Counts are not moved further than this. */
const FURTHEST = 50;

/**
 * Changes that move a count to the nearest number for which its condition comes out as wanted: counted members are
 * altered or removed, missing ones altered or added.
 */
export function planCount(leaf: CompiledLeaf, wanted: boolean, tools: CountPlanning): PlannedChange[] | null {
  const { count } = leaf;
  const { run } = tools.planning;
  const now = quietly(leaf.actual, run);
  if (count === null || typeof now !== 'number') return null;
  const target = nearestCount(leaf, wanted, { now, planning: tools.planning });
  if (target === null) return null;
  const items = itemsOf(count, tools);
  const plans = items.map((item) => ({ item, change: planItem(count, item, { down: target < now, tools }) }));
  const usable = plans.flatMap(({ change }) => (change === null || change.length === 0 ? [] : [change]));
  const chosen = usable
    .toSorted((left, right) => left.length - right.length)
    .slice(0, Math.abs(target - now));
  const missing = Math.abs(target - now) - chosen.length;
  if (missing === 0) return chosen.flat();
  const added = target > now ? addMembers(count, missing, tools) : null;
  return added === null ? null : [...chosen.flat(), ...added];
}

interface Counting {
  readonly now: number;
  readonly planning: Planning;
}

function nearestCount(leaf: CompiledLeaf, wanted: boolean, { now, planning }: Counting): number | null {
  const expected = quietly(leaf.expected, planning.run) ?? null;
  const predicate = findOperator(leaf.operator.name)?.prepare(expected, planning.environment.semantics);
  if (predicate === undefined || typeof predicate === 'string') return null;
  for (let distance = 1; distance <= FURTHEST; distance++) {
    for (const candidate of [now - distance, now + distance]) {
      if (candidate >= 0 && predicate(candidate, planning.run) === wanted) return candidate;
    }
  }
  return null;
}

/** One thing that is counted, with the planning as seen from within it. */
interface Item {
  readonly place: readonly Segment[] | null;
  readonly enter: () => Planning;
}

function itemsOf(count: CompiledCount, { planning }: CountPlanning): Item[] {
  const { over } = count;
  const { run, enclosing } = planning;
  if (over.kind === 'values') {
    const values = quietly(over.values, run);
    return (isArray(values) ? values : []).map((value) => ({
      place: null,
      enter() {
        run.frames[over.frame.index] = value;
        return planning;
      },
    }));
  }
  const frame = over.frames.at(-1);
  if (frame?.segments == null || over.frames.length !== 1) return [];
  const outer = enclosing.findLast(
    (each) =>
      each.frame.segments !== null &&
      frame.segments !== null &&
      each.frame.segments.length < frame.segments.length,
  );
  const root = outer === undefined ? run.document : run.frames[outer.frame.index];
  const path = over.segments.slice(outer?.frame.segments?.length ?? 0, frame.segments.length);
  return concretePlaces(root, path, outer?.place ?? []).map(({ segments, value }) => ({
    place: segments,
    enter() {
      run.frames[frame.index] = value;
      return { ...planning, enclosing: [...enclosing, { frame, place: segments }] };
    },
  }));
}

/** Makes one thing count no longer (down) or count too; a member may also be removed. */
function planItem(
  count: CompiledCount,
  item: Item,
  way: { down: boolean; tools: CountPlanning },
): PlannedChange[] | null {
  const inside = item.enter();
  const { where } = count;
  if (where === null) return way.down ? removal(item) : null;
  const counts = where.test(inside.run);
  takeFault(inside.run);
  if (counts !== way.down) return null;
  const altered = way.tools.plan(where, !way.down, inside);
  if (!way.down || (altered !== null && altered.length <= 1)) return altered;
  return removal(item) ?? altered;
}

function removal(item: Item): PlannedChange[] | null {
  if (item.place === null) return null;
  return [plannedChange('remove', { segments: item.place, from: undefined, to: undefined })];
}

/** New members, each holding what the `where` asks for, where the array is named directly. */
function addMembers(count: CompiledCount, missing: number, tools: CountPlanning): PlannedChange[] | null {
  const { over } = count;
  const single = over.kind === 'members' && over.segments.filter((each) => each === members).length === 1;
  if (!single || over.segments.at(-1) !== members) return null;
  const frame = over.frames[0];
  const member = frame === undefined ? null : newMember(count.where, frame, tools);
  if (member === null) return null;
  const change = plannedChange('add', { segments: over.segments.slice(0, -1), from: undefined, to: member });
  return Array.from({ length: missing }, () => ({
    ...change,
    requirement: `the member ${JSON.stringify(member)}`,
  }));
}

/** A member for which a condition holds, built from nothing. */
function newMember(
  where: CompiledCondition | null,
  frame: Frame,
  { planning, plan }: CountPlanning,
): Json | null {
  if (where === null) return {};
  planning.run.frames[frame.index] = {};
  const changes = plan(where, true, {
    ...planning,
    enclosing: [...planning.enclosing, { frame, place: [] }],
  });
  return changes === null ? null : applyChanges({}, changes);
}
