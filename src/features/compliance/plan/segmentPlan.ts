import {
  type AssignmentRecord,
  type ExemptionRecord,
  isWithin,
  type Snapshot,
} from '#features/governance/index.ts';
import { looksBelow, selectorsMatch } from '#features/policy/index.ts';
import type { Pair } from './pair.ts';

/** An assignment that reaches a segment, or part of it. */
export type Reaching = {
  readonly assignment: AssignmentRecord;
  /** False: only what lies below its scope. */
  readonly isWhole: boolean;
  readonly exemptions: readonly ExemptionRecord[];
  readonly pairs: readonly Pair[];
  readonly fingerprint: string;
};

/** A pair that may judge a resource, with the exemptions to be looked at. */
export type Candidate = { readonly pair: Pair; readonly reaching: Reaching };

/** What is asked for a resource. `id` in lower case. */
export type Subject = { readonly id: string; readonly type: string; readonly location: string };

/** Resources that may be judged otherwise because another one changed. Types in lower case. */
export type Dependents = {
  /** Ids (lower case) of those above it. */
  readonly above: readonly string[];
  /** Types in its resource group, and outside of all groups; null: any. */
  readonly inGroup: ReadonlySet<string> | null;
  /** Types in its segment; null: any. */
  readonly inSegment: ReadonlySet<string> | null;
};

const GROUP_TYPE = 'microsoft.resources/subscriptions/resourcegroups';

/** The assignments of one segment by resource type: what cannot apply is never looked at. */
export class SegmentPlan {
  readonly segment: string;
  readonly reaching: readonly Reaching[];
  /** Parts of the context that some policy asks for. */
  readonly needs: ReadonlySet<string>;
  readonly #snapshot: Snapshot;
  readonly #byType = new Map<string, readonly Candidate[]>();
  readonly #all: readonly Candidate[];

  constructor(options: { segment: string; reaching: readonly Reaching[]; snapshot: Snapshot }) {
    this.segment = options.segment;
    this.reaching = options.reaching;
    this.#snapshot = options.snapshot;
    this.#all = options.reaching.flatMap((reaching) => reaching.pairs.map((pair) => ({ pair, reaching })));
    this.needs = new Set(this.#all.flatMap(({ pair: { rule } }) => (rule.ok ? [...rule.policy.needs] : [])));
  }

  get pairs(): readonly Pair[] {
    return this.#all.map(({ pair }) => pair);
  }

  /** Whatever reaches a resource, also where its type says that it does not apply. */
  reachingAll(subject: Subject): readonly Candidate[] {
    return this.#all.filter(({ reaching }) => this.#reaches(reaching, subject));
  }

  /** The pairs that judge a resource. */
  candidates(subject: Subject): readonly Candidate[] {
    const candidates = this.#ofType(subject.type.toLowerCase());
    return candidates.filter(({ reaching }) => this.#reaches(reaching, subject));
  }

  /** Whether an assignment of the segment reaches a resource: scope, notScopes, resource selectors. */
  #reaches({ assignment, isWhole }: Reaching, subject: Subject): boolean {
    if (!isWhole && !isWithin(subject.id, assignment.scope, this.#snapshot)) return false;
    for (const scope of assignment.notScopes) if (isWithin(subject.id, scope, this.#snapshot)) return false;
    return assignment.resourceSelectors.length === 0 || selectorsMatch(assignment.resourceSelectors, subject);
  }

  /** Exemptions of an assignment that cover a resource, as the engine takes them. */
  exemptionsFor({ exemptions }: Reaching, subject: Subject) {
    return exemptions
      .filter(
        ({ scope, resourceSelectors }) =>
          isWithin(subject.id, scope, this.#snapshot) && selectorsMatch(resourceSelectors, subject),
      )
      .map((each) => ({
        id: each.exemptionId,
        category: each.exemptionCategory === 'Waiver' ? ('waiver' as const) : ('mitigated' as const),
        ...(each.expiresOn !== undefined && { expiresOn: each.expiresOn }),
        policyDefinitionReferenceIds: each.policyDefinitionReferenceIds,
      }));
  }

  #ofType(type: string): readonly Candidate[] {
    const known = this.#byType.get(type);
    if (known) return known;
    const found = this.#all.filter(
      ({ pair: { rule } }) => !rule.ok || (rule.policy.types?.has(type) ?? true),
    );
    this.#byType.set(type, found);
    return found;
  }

  /** Who may look at a resource that changed, came or went: by …IfNotExists, or as the group that it lies in. */
  dependentsOf({ id, type }: Pick<Subject, 'id' | 'type'>): Dependents {
    const lower = type.toLowerCase();
    const inGroup = new Types();
    const inSegment = new Types();
    let isLookedFor = false;
    for (const { pair } of this.#all) {
      const { rule } = pair;
      if (!rule.ok) continue;
      const { policy, interest } = rule;
      if (lower === GROUP_TYPE && policy.needs.has('resourceGroup')) inGroup.add(policy.types);
      if (interest === null || (interest.type !== null && interest.type !== lower)) continue;
      isLookedFor = true;
      const beside = policy.types && [...policy.types].filter((each) => !looksBelow(each, interest));
      (interest.reach === 'subscription' ? inSegment : inGroup).add(beside && new Set(beside));
    }
    return { above: isLookedFor ? idsAbove(id) : [], inGroup: inGroup.value, inSegment: inSegment.value };
  }

  /** Assignments whose outcomes depend on the time between two moments: a clock in the rule, an exemption that ended. */
  dueBetween(from: string, to: string): Reaching[] {
    return this.reaching.filter(
      ({ pairs, exemptions }) =>
        pairs.some(({ rule }) => rule.ok && rule.policy.needs.has('utcNow')) ||
        exemptions.some(({ expiresOn }) => isBetween(expiresOn, from, to)),
    );
  }
}

function isBetween(moment: string | undefined, from: string, to: string): boolean {
  const at = Date.parse(moment ?? '');
  return at > Date.parse(from) && at <= Date.parse(to);
}

/** Every resource that another one lies in or on: `…/servers/s/databases/d` lies in `…/servers/s`. */
function idsAbove(id: string): string[] {
  const above: string[] = [];
  let parts = id.toLowerCase().split('/');
  while (parts.length > 3) {
    parts = parts.slice(0, -2);
    if (parts.at(-2) === 'providers') parts = parts.slice(0, -2);
    above.push(parts.join('/'));
  }
  return above;
}

/** A set of types that may grow to all of them. */
class Types {
  value: Set<string> | null = new Set();

  add(types: ReadonlySet<string> | null): void {
    if (types === null) this.value = null;
    else for (const type of types) this.value?.add(type);
  }
}
