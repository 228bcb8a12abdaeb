import {
  type AssignmentRecord,
  type ExemptionRecord,
  isWithin,
  type Snapshot,
} from '#features/governance/index.ts';
import { PairCompiler } from './compile.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Pair } from './pair.ts';
import { SegmentPlan } from './segmentPlan.ts';

/** What should hold, made ready to be asked for a resource; made once a revision, segment by segment as they are asked for. */
export class Plan {
  readonly snapshot: Snapshot;
  readonly #compiler: PairCompiler;
  readonly #segments = new Map<string, SegmentPlan>();
  #pairs: ReadonlyMap<string, Pair> | undefined;
  #exemptions: ReadonlyMap<string, readonly ExemptionRecord[]> | undefined;

  constructor(snapshot: Snapshot, compiler = new PairCompiler()) {
    this.snapshot = snapshot;
    this.#compiler = compiler;
  }

  get revision(): string {
    return this.snapshot.revision;
  }

  /** The plan after a change; what did not change is not compiled again. */
  next(snapshot: Snapshot): Plan {
    return new Plan(snapshot, this.#compiler);
  }

  /** Every pair, by code. */
  get pairs(): ReadonlyMap<string, Pair> {
    this.#pairs ??= new Map(
      this.snapshot.assignments
        .flatMap((assignment) => this.pairsOf(assignment))
        .map((pair) => [pair.code, pair]),
    );
    return this.#pairs;
  }

  pairsOf(assignment: AssignmentRecord): readonly Pair[] {
    return this.#compiler.pairsOf(assignment, this.snapshot);
  }

  exemptionsOf(assignmentId: string): readonly ExemptionRecord[] {
    this.#exemptions ??= Map.groupBy(this.snapshot.exemptions, (each) =>
      each.policyAssignmentId.toLowerCase(),
    );
    return this.#exemptions.get(assignmentId.toLowerCase()) ?? [];
  }

  /** What reaches a segment: a subscription, or what lies in none. */
  forSegment(segment: string): SegmentPlan {
    const known = this.#segments.get(segment);
    if (known) return known;
    const place = placeOf(segment);
    const reaching = this.snapshot.assignments.flatMap((assignment) => {
      const isWhole = isWithin(place, assignment.scope, this.snapshot);
      const isPart = !isWhole && assignment.scope.startsWith(`${place}/`);
      const isLeftOut = assignment.notScopes.some((scope) => isWithin(place, scope, this.snapshot));
      if (isLeftOut || !(isWhole || isPart)) return [];
      return { assignment, isWhole, exemptions: this.exemptionsOf(assignment.assignmentId) };
    });
    const made = new SegmentPlan({
      segment,
      reaching: reaching.map((each) => ({
        ...each,
        pairs: this.pairsOf(each.assignment),
        fingerprint: fingerprintOf(each, this.snapshot),
      })),
      snapshot: this.snapshot,
    });
    this.#segments.set(segment, made);
    return made;
  }
}

/** Lower-cased ARM id of what a segment holds. */
export function placeOf(segment: string): string {
  return /^[\da-f-]{36}$/.test(segment) ? `/subscriptions/${segment}` : `/${segment}`;
}
