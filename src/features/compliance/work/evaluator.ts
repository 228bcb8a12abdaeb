import type { Catalogue, InventoryStore, StoredResource } from '#features/inventory/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { CaseMaker } from '../evaluation/cases.ts';
import type { Plan } from '../plan/plan.ts';
import type { Plans } from '../plan/plans.ts';
import type { SegmentPlan } from '../plan/segmentPlan.ts';
import type { StoredOutcomes } from '../rows/rows.ts';
import type { OutcomeChange } from '../rows/segmentRows.ts';
import type { ComplianceStore } from '../rows/store.ts';
import { toChange } from './changes.ts';
import { affectedSince, findDependents } from './dependents.ts';

export type EvaluatorPorts = {
  readonly inventory: InventoryStore;
  readonly catalogue: Catalogue;
  readonly store: ComplianceStore;
  readonly plans: Plans;
  readonly clock: Clock;
};

/** What came of an evaluation. */
export type Evaluated = {
  readonly evaluated: number;
  readonly changed: number;
  /** Keys that kept changing while they were evaluated: to be evaluated once more. */
  readonly unsettled: readonly string[];
  /** The revision that nobody had judged the segment by before. */
  readonly newRevision: string | undefined;
};

const READ_CONCURRENCY = 32;
const MAX_ROUNDS = 8;
/** Resources that are judged before other work gets a turn. */
const SLICE = 100;

/** Evaluates resources of one tenant and writes what changed. */
export class Evaluator {
  readonly #ports: EvaluatorPorts;

  constructor(ports: EvaluatorPorts) {
    this.#ports = ports;
  }

  /**
   * Judges resources by their keys. What was read may have changed before the outcome was written, so whatever was
   * written is judged again where something that it depends on was committed meanwhile, until nothing was.
   */
  async evaluate(
    segment: string,
    keys: readonly string[],
    fresh: readonly string[] = [],
  ): Promise<Evaluated> {
    const { inventory, catalogue, store } = this.#ports;
    let waiting: readonly string[] = [...new Set(keys)];
    let [changed, newRevision]: [number, string | undefined] = [0, undefined];
    for (let round = 1; waiting.length > 0 && round <= MAX_ROUNDS; round += 1) {
      if (round > 1) catalogue.invalidate();
      const before = await store.rows(segment).many(waiting);
      const seen = await inventory.head(segment);
      const plan = await this.#plan(segment);
      const maker = this.#maker(segment, { fresh });
      const items = await mapConcurrently(waiting, READ_CONCURRENCY, async (key) => ({
        key,
        resource: await inventory.get(segment, key),
      }));
      const changes = await this.#judge(items, { plan: plan.forSegment(segment), before, maker });
      const result = await this.#commit(segment, changes, plan);
      if (result.isOutdated) continue;
      if (result.isNewRevision) newRevision = plan.revision;
      changed += changes.length - result.conflicts.length;
      waiting = [
        ...result.conflicts,
        ...(await this.#overtaken(segment, changes, { seen, plan: plan.forSegment(segment) })),
      ];
    }
    return { evaluated: keys.length, changed, unsettled: waiting, newRevision };
  }

  /** Judges a page of stored resources, as part of a whole evaluation with what that has read before. */
  async evaluatePage(
    segment: string,
    page: readonly StoredResource[],
    of: { plan: Plan; before: ReadonlyMap<string, StoredOutcomes>; maker: CaseMaker; seen: number },
  ): Promise<{ changed: number; again: readonly string[]; isOutdated: boolean }> {
    const plan = of.plan.forSegment(segment);
    const items = page.map((resource) => ({ key: resource.key, resource }));
    const changes = await this.#judge(items, { plan, before: of.before, maker: of.maker });
    const { conflicts, isOutdated } = await this.#commit(segment, changes, of.plan);
    const overtaken = isOutdated ? [] : await this.#overtaken(segment, changes, { seen: of.seen, plan });
    return { changed: changes.length - conflicts.length, again: [...conflicts, ...overtaken], isOutdated };
  }

  #maker(segment: string, options: { fresh?: readonly string[]; isWide?: boolean }): CaseMaker {
    const utcNow = this.#ports.clock.now().toISOString();
    return new CaseMaker({ segment, ports: this.casePorts, utcNow, ...options });
  }

  /**
   * The plan, not older than what the segment has been judged by: a whole evaluation claims its revision before it
   * reads, so whatever it has passed by already is judged by that revision, or a later one, from then on.
   */
  async #plan(segment: string): Promise<Plan> {
    const { revision } = await this.#ports.store.rows(segment).head();
    return this.#ports.plans.current(revision);
  }

  /** What a whole evaluation of a segment reads once. */
  wideMaker(segment: string): CaseMaker {
    return this.#maker(segment, { isWide: true });
  }

  get casePorts() {
    return { store: this.#ports.inventory, catalogue: this.#ports.catalogue };
  }

  async #judge(
    items: readonly { readonly key: string; readonly resource: StoredResource | undefined }[],
    of: { plan: SegmentPlan; before: ReadonlyMap<string, StoredOutcomes>; maker: CaseMaker },
  ): Promise<OutcomeChange[]> {
    const { plan, before, maker } = of;
    const { registry } = this.#ports.store;
    await registry.ensure(plan.pairs);
    await registry.learn([...before.values()].flatMap(({ outcomes }) => [...outcomes.keys()]));
    const changes: OutcomeChange[] = [];
    for (let at = 0; at < items.length; at += SLICE) {
      const cases = await Promise.all(
        items.slice(at, at + SLICE).map(async ({ key, resource }) => {
          const previous = before.get(key);
          return {
            key,
            id: resource?.id ?? previous?.id ?? '',
            previous,
            of: resource && (await maker.ofStored(resource, plan)),
          };
        }),
      );
      const made = await maker.complete(() =>
        cases.flatMap((each) => toChange(each, plan, (code) => registry.get(code)) ?? []),
      );
      changes.push(...made);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return changes;
  }

  async #commit(segment: string, changes: readonly OutcomeChange[], plan: Plan) {
    if (changes.length === 0) return { conflicts: [], isOutdated: false, isNewRevision: false };
    return this.#ports.store.rows(segment).commit(changes, plan.revision);
  }

  /** Keys of what was written although something that it depends on was committed since `seen`. */
  async #overtaken(
    segment: string,
    changes: readonly OutcomeChange[],
    { seen, plan }: { seen: number; plan: SegmentPlan },
  ): Promise<string[]> {
    if (changes.length === 0) return [];
    const isAffected = await affectedSince(this.#ports.inventory, { segment, seen, plan });
    if (!isAffected) return [];
    return changes.filter(({ key, id }) => isAffected(key, id)).map(({ key }) => key);
  }

  /** Keys of the resources that may be judged otherwise because others changed. */
  async dependentsOf(segment: string, ids: readonly string[]): Promise<string[]> {
    const plan = (await this.#plan(segment)).forSegment(segment);
    return findDependents(this.#ports.catalogue, plan, ids);
  }
}
