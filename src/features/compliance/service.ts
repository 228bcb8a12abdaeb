import { type Principal, visibleSubscription } from '#http/principal.ts';
import { type DocumentJudgement, judgeDocuments } from './ask/documents.ts';
import { evaluateAsJob, evaluateNow, evaluateResourcesAsJob } from './ask/evaluate.ts';
import { planWith, whatIf } from './ask/whatIf.ts';
import type { Case } from './evaluation/judge.ts';
import type { State } from './evaluation/outcomes.ts';
import { renderFindings } from './export/render.ts';
import { complianceSource } from './metricSource.ts';
import { codeOf } from './plan/pair.ts';
import { type FindingsPage, listFindings, streamFindings } from './read/findings.ts';
import { toJobView } from './read/job.ts';
import {
  explainPairs,
  explainResource,
  locate,
  noSuchResource,
  type PairReason,
  toPairCompliance,
} from './read/resource.ts';
import { type PairState, streamStates } from './read/states.ts';
import { summarize } from './read/summary.ts';
import type { Day } from './rows/store.ts';
import type {
  ComplianceSummary,
  EvaluationResult,
  ExportQuery,
  FindingsQuery,
  JobView,
  ResourceCompliance,
  SummaryQuery,
  WhatIfAnswer,
  WhatIfInput,
} from './schema.ts';
import { forwardEvents, type KnownEvent, work } from './work/evaluations.ts';
import type { EvaluationMessage } from './work/queue.ts';
import { reconcile } from './work/reconcile.ts';
import { type CompliancePorts, Room } from './work/room.ts';

type Viewer = Pick<Principal, 'scopes'>;

/** What does hold: every use case of compliance, for every tenant. */
export class Compliance {
  readonly #ports: CompliancePorts;
  readonly #rooms = new Map<string, Room>();

  constructor(ports: CompliancePorts) {
    this.#ports = ports;
  }

  /** Puts what a batch of events concerns on the `evaluations` queue. */
  async forward(events: readonly KnownEvent[]): Promise<void> {
    for (const [tenantId, own] of Map.groupBy(events, ({ tenantid }) => tenantid))
      await forwardEvents(own, this.#room(tenantId));
  }

  /** Does a message of the `evaluations` queue. */
  work(message: EvaluationMessage): Promise<void> {
    return work(message, this.#room(message.tenantId));
  }

  /** Makes up for what events missed and for what time changed. */
  reconcile(tenantId: string) {
    return reconcile(this.#room(tenantId));
  }

  /** Publishes events older than a moment that a process left behind; returns how many rows these were. */
  async sweep(tenantId: string, before: Date): Promise<number> {
    const { inventory, store } = this.#room(tenantId);
    let swept = 0;
    for (const { segment } of await inventory.segments.list())
      swept += await store.sweepOutbox(segment, before);
    return swept;
  }

  /** Outcomes as numbers over time. */
  readonly metrics = complianceSource((tenantId) => this.#room(tenantId).store);

  /** Counts and percentages of a scope. */
  summary(tenantId: string, query: SummaryQuery): Promise<ComplianceSummary> {
    return summarize(query, this.#room(tenantId));
  }

  findings(tenantId: string, query: FindingsQuery): Promise<FindingsPage> {
    return listFindings(query, this.#room(tenantId));
  }

  /** The findings as the text of a file, in pieces. */
  async export(tenantId: string, { format, ...filter }: ExportQuery): Promise<AsyncIterable<string>> {
    const room = this.#room(tenantId);
    await room.store.registry.reload();
    const pages = streamFindings({ ...filter, limit: Number.MAX_SAFE_INTEGER }, room);
    return renderFindings(format, pages, {
      tenantId,
      at: room.clock.now(),
      rules: room.store.registry.all(),
    });
  }

  /** Every policy that judges a resource, with reasons. @throws Failure `notFound` */
  async resource(
    tenantId: string,
    id: string,
    options: { isAll: boolean; caller: Viewer },
  ): Promise<ResourceCompliance> {
    const room = this.#room(tenantId);
    await requireVisible([id], options.caller, room);
    return explainResource(id, options, room);
  }

  /** Why each policy judges a resource as it does, for what is built on that; none where there is no such resource. */
  explain(tenantId: string, id: string): Promise<PairReason[]> {
    return explainPairs(id, this.#room(tenantId));
  }

  /** Judges resources by policies at once. @throws Failure `notFound` */
  async evaluate(
    tenantId: string,
    of: { policyIds: readonly string[]; resourceIds: readonly string[]; caller: Viewer },
  ): Promise<EvaluationResult> {
    const room = this.#room(tenantId);
    await requireVisible(of.resourceIds, of.caller, room);
    return evaluateNow(of.policyIds, of.resourceIds, room);
  }

  /** Starts to judge given resources, or all that each policy judges; a job each. @throws Failure `notFound` */
  async startEvaluation(
    tenantId: string,
    of: { policyIds: readonly string[]; resourceIds?: readonly string[] | undefined; caller: Viewer },
  ): Promise<JobView[]> {
    const room = this.#room(tenantId);
    await requireVisible(of.resourceIds ?? [], of.caller, room);
    const jobs = of.resourceIds
      ? [await evaluateResourcesAsJob(of.resourceIds, room)]
      : await evaluateAsJob(of.policyIds, room);
    return jobs.map(toJobView);
  }

  /** What a draft would change, and what would happen to a resource that does not exist yet. Saves nothing. */
  async whatIf(tenantId: string, input: WhatIfInput, caller: Viewer): Promise<WhatIfAnswer> {
    const room = this.#room(tenantId);
    const { resource, scope, ...draft } = input;
    const isDraft = Object.keys(draft).length > 0;
    const plan = resource && (await planWith(draft, room));
    const [judged] = plan ? await judgeDocuments([resource], { scope, plan }, room) : [];
    return {
      draft: isDraft ? await whatIf(draft, caller, room) : null,
      resource: judged
        ? {
            resource_id: String(judged.document.id),
            allowed: judged.deniedBy.length === 0,
            denied_by: judged.deniedBy.map((each) => toPairCompliance(each).policy_name),
            data: judged.reasonings.map((each) => toPairCompliance(each)),
          }
        : null,
    };
  }

  /**
   * Judges documents of resources that do not exist yet against what is assigned, as before a deployment: each has an
   * ARM id, or a type and name below `scope`. They find each other as related resources.
   */
  async evaluateDocuments(
    tenantId: string,
    documents: readonly Case['document'][],
    { scope }: { readonly scope?: string } = {},
  ): Promise<DocumentJudgement[]> {
    const room = this.#room(tenantId);
    return judgeDocuments(documents, { scope, plan: await room.plans.current() }, room);
  }

  /** The stored state of a resource by assignment and reference; undefined where it is not judged by it. */
  async stateOf(
    tenantId: string,
    resourceId: string,
    of: { assignmentId: string; referenceId?: string },
  ): Promise<State | undefined> {
    const room = this.#room(tenantId);
    const { segment, key } = await locate(resourceId, room);
    const row = await room.store.rows(segment).get(key);
    return row?.outcomes.get(codeOf(of.assignmentId, of.referenceId))?.state;
  }

  /** Counts by day of a segment from a date (`YYYY-MM-DD`) on, the newest as of at most an hour ago. */
  days(tenantId: string, segment: string, from: string): Promise<Day[]> {
    return this.#room(tenantId).store.days(segment, from);
  }

  /** @throws Failure `notFound` */
  async job(tenantId: string, id: string): Promise<JobView> {
    return toJobView(await this.#room(tenantId).jobs.get(id));
  }

  /** Every judgement of a subscription's resources as it is kept, a storage page at a time. */
  states(tenantId: string, subscriptionId: string): AsyncGenerator<PairState[]> {
    return streamStates(subscriptionId, this.#room(tenantId));
  }

  /** Violations as they are kept, a storage page at a time, those of one resource together. */
  async *violations(tenantId: string, subscriptionId: string): AsyncGenerator<PairState[]> {
    for await (const page of this.states(tenantId, subscriptionId))
      yield page.filter(({ state }) => state === 'nonCompliant');
  }

  #room(tenantId: string): Room {
    const known = this.#rooms.get(tenantId) ?? new Room(tenantId, this.#ports);
    this.#rooms.set(tenantId, known);
    return known;
  }
}

/** @throws Failure `notFound`, as for what does not exist, where the caller is limited to other subscriptions */
async function requireVisible(ids: readonly string[], caller: Viewer, room: Room): Promise<void> {
  if (!caller.scopes.subscriptions) return;
  for (const id of ids) {
    const { segment } = await locate(id, room);
    if (!visibleSubscription(caller, segment)) throw noSuchResource(id);
  }
}
