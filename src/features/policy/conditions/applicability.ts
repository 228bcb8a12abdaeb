import type { Test } from '../fields/access.ts';
import type { FieldKind } from '../fields/reference.ts';
import type { CompiledCondition, CompiledLeaf } from './compiled.ts';

/** What decides, apart from compliance, whether a policy is about a resource. */
export interface Applicability {
  readonly test: Test;
  /** Whether a condition is about location, so that subscriptions are left out. */
  readonly asksLocation: boolean;
}

/**
 * The documented rule for effects other than …IfNotExists: only type, name and kind conditions count, all others are
 * taken for true (false where negated); with the documented special cases for rules of kinds, names or types alone.
 * Source: learn.microsoft.com, "Azure Policy applicability logic".
 */
export function compileApplicability(condition: CompiledCondition): Applicability {
  const kinds = new Set<FieldKind | 'other'>();
  for (const leaf of leavesOf(condition)) kinds.add(kindOf(leaf));
  const considered = consideredKinds(kinds);
  return { test: possible(condition, true, considered), asksLocation: kinds.has('location') };
}

/** All leaves outside of counts. Iterative: a rule may hold thousands. */
export function leavesOf(condition: CompiledCondition): CompiledLeaf[] {
  const leaves: CompiledLeaf[] = [];
  const stack = [condition];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === 'leaf') leaves.push(next);
    else if (next.kind === 'not') stack.push(next.of);
    else stack.push(...next.of);
  }
  return leaves;
}

function kindOf(leaf: CompiledLeaf): FieldKind | 'other' {
  const kind = leaf.field?.reference?.kind;
  return kind === 'type' || kind === 'name' || kind === 'kind' || kind === 'location' ? kind : 'other';
}

function consideredKinds(kinds: ReadonlySet<FieldKind | 'other'>): ReadonlySet<FieldKind | 'other'> {
  const present = [...kinds].sort().join(' ');
  if (present === 'kind' || present === 'name') return new Set();
  if (present === 'kind type' || present === 'name type') return new Set(['type']);
  return new Set(['type', 'name', 'kind']);
}

/** A test that holds wherever the condition could, whatever the conditions that are not considered say. */
function possible(
  condition: CompiledCondition,
  positive: boolean,
  considered: ReadonlySet<FieldKind | 'other'>,
): Test {
  if (condition.kind === 'not') {
    const inner = possible(condition.of, !positive, considered);
    return (run) => !inner(run);
  }
  if (condition.kind === 'leaf') return considered.has(kindOf(condition)) ? condition.test : () => positive;
  const tests = condition.of.map((each) => possible(each, positive, considered));
  return condition.kind === 'allOf'
    ? (run) => tests.every((test) => test(run))
    : (run) => tests.some((test) => test(run));
}
