import { parseResourceId } from '#features/inventory/index.ts';
import type { Pair } from '../plan/pair.ts';
import type { Plan } from '../plan/plan.ts';
import type { SegmentPlan } from '../plan/segmentPlan.ts';
import type { PairRegistry } from '../rows/pairRegistry.ts';
import type { StoredOutcomes } from '../rows/rows.ts';
import type { Sweep } from '../rows/store.ts';

/** Which resources a whole evaluation has to look at. */
export type EvaluationScope = (id: string, row: StoredOutcomes | undefined) => boolean;

/** Fingerprints of what reaches a segment, by assignment code. */
export function fingerprintsOf(plan: SegmentPlan): Record<string, string> {
  return Object.fromEntries(
    plan.reaching.map(({ assignment, fingerprint, pairs }) => [
      pairs[0]?.assignmentCode ?? assignment.assignmentId,
      fingerprint,
    ]),
  );
}

/**
 * Codes of the assignments whose outcomes may be others than at the last whole evaluation: new, changed or gone ones,
 * and those that depend on the time. Undefined: all, since there was none.
 */
export function changedSince(
  sweep: Sweep | undefined,
  plan: SegmentPlan,
  now: string,
): Set<string> | undefined {
  if (!sweep) return undefined;
  const due = plan.dueBetween(sweep.at, now).flatMap(({ pairs }) => pairs[0]?.assignmentCode ?? []);
  return new Set([...differences(sweep.fingerprints, plan), ...due]);
}

/** Codes of the assignments that are new, changed or gone. */
export function differences(before: Readonly<Record<string, string>>, plan: SegmentPlan): Set<string> {
  const current = fingerprintsOf(plan);
  const codes = [...Object.keys(current), ...Object.keys(before)];
  return new Set(codes.filter((code) => current[code] !== before[code]));
}

/** Whether a pair is of a definition or initiative, by its short id. */
export function isOf({ definition, initiative }: Pair, policyId: string): boolean {
  return definition?.id === policyId || initiative?.id === policyId;
}

/** Codes of the assignments that a definition or initiative (short id) is part of. */
export function assignmentsOf(policyId: string, plan: Plan): Set<string> {
  const pairs = [...plan.pairs.values()].filter((pair) => isOf(pair, policyId));
  return new Set(pairs.map(({ assignmentCode }) => assignmentCode));
}

/** The resources that some assignments judge, by their types, or have judged, by their rows. */
export function scopeOf(
  codes: ReadonlySet<string> | undefined,
  plan: SegmentPlan,
  registry: PairRegistry,
): EvaluationScope {
  if (!codes) return () => true;
  const types = new Set<string>();
  let isAny = false;
  for (const { assignmentCode, rule } of plan.pairs) {
    if (!codes.has(assignmentCode)) continue;
    if (rule.ok && rule.policy.types) for (const type of rule.policy.types) types.add(type);
    else isAny = true;
  }
  return (id, row) => {
    if (isAny || types.has(parseResourceId(id).type?.toLowerCase() ?? '')) return true;
    if (!row) return false;
    for (const code of row.outcomes.keys())
      if (codes.has(registry.get(code)?.assignmentCode ?? '')) return true;
    return false;
  };
}
