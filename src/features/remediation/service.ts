import { randomUUID } from 'node:crypto';
import { parseResourceId } from '#features/inventory/index.ts';
import { type Principal, visibleSubscription } from '#http/principal.ts';
import { grants } from '#http/role.ts';
import { AzureError } from '#platform/azureClient.ts';
import { Failure } from '#platform/failure.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { change as changeEach, deploymentStatus } from './bulk.ts';
import type { RemediationPorts, StepContext, StepResult } from './context.ts';
import { type RemediationMessage, remediationsQueue } from './queue.ts';
import { CHANGED, hasChanged, whyNoRollback } from './rollback.ts';
import type { Filter, Remediation, RemediationInput } from './schema.ts';
import { selectViolation } from './selection.ts';
import { steps } from './steps.ts';
import { type Change, isResting, type Kept, type RemediationStore, remediatingTenants } from './store.ts';

export type RemediationsOptions = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly ports: RemediationPorts;
  readonly storeOf: (tenantId: string) => RemediationStore;
};

type ListQuery = {
  readonly status: Remediation['status'] | undefined;
  readonly limit: number;
  readonly after: string | undefined;
  /** Only those of a bulk remediation. */
  readonly parentId: string | undefined;
};

/** One that has not moved for this long was left by a process that died, or waits for somebody. */
const STALLED_MS = 120_000;
const NO_WRITER = {
  next: 'set AZURE_WRITER_CLIENT_ID to an identity with the roles that the policy names (role_definition_ids of the plan)',
};

/** Violations turned into what mends them: planned, approved where a rule asks, carried out, checked, undone. */
export class Remediations {
  readonly #options: RemediationsOptions;

  constructor(options: RemediationsOptions) {
    this.#options = options;
  }

  /**
   * Accepts a remediation of a resource, or of all that a filter finds; its steps follow by message.
   * @throws Failure `notFound`, `unprocessable`, `conflict` (nothing to remediate; no writing, unless it is a dry run)
   */
  async create(principal: Principal, input: RemediationInput): Promise<Remediation> {
    const { tenantId } = principal;
    if (!input.dry_run) this.#requireWriter();
    if (input.filter) return this.#createBulk(principal, input, input.filter);
    const { resourceId, violation } = await selectViolation(this.#ports.compliance, principal, input);
    const shown: Remediation = {
      ...this.#blank(principal),
      resource_id: resourceId,
      subscription_id: parseResourceId(resourceId).subscriptionId ?? null,
      policy_id: violation.policy_id,
      policy_name: violation.policy_name,
      assignment_id: violation.assignment_id ?? '',
      reference_id: violation.reference_id ?? null,
      effect: violation.effect ?? '',
      severity: violation.severity,
      dry_run: input.dry_run,
    };
    await this.#options.storeOf(tenantId).insert(shown, { attempt: 1 });
    await this.#queue(tenantId, shown.id);
    return shown;
  }

  async list(
    principal: Principal,
    { parentId, ...query }: ListQuery,
  ): Promise<{ data: Remediation[]; next: string | undefined }> {
    const store = this.#options.storeOf(principal.tenantId);
    const isVisible = (each: Remediation) => visibleSubscription(principal, each.subscription_id);
    return parentId === undefined
      ? store.list({ ...query, isVisible })
      : store.listChildren(parentId, { ...query, isVisible });
  }

  /** A remediation, and of a bulk one how far it is. @throws Failure `notFound` */
  async details(principal: Principal, id: string) {
    const { shown } = await this.get(principal, id);
    if (shown.kind === 'resource') return { ...shown, deployment_status: null };
    const children = await this.#options.storeOf(principal.tenantId).children(id);
    return { ...shown, deployment_status: deploymentStatus(children) };
  }

  /** @throws Failure `notFound` */
  async get(principal: Principal, id: string): Promise<Kept> {
    const kept = await this.#options.storeOf(principal.tenantId).find(id);
    if (!kept || !visibleSubscription(principal, kept.shown.subscription_id))
      throw new Failure('notFound', `there is no remediation ${id}`, {
        next: 'list them: GET /api/v1/remediations',
      });
    return kept;
  }

  /** Carries out what a dry run has planned; what is to be done must still be the same. @throws Failure `conflict` */
  async start(principal: Principal, id: string): Promise<Remediation> {
    const kept = await this.get(principal, id);
    const { status, plan } = kept.shown;
    if (status === 'manual')
      throw new Failure('conflict', `the plan cannot be carried out: ${plan?.blocked_by.join('; ')}`, {
        next: 'follow implementation_steps of the plan',
      });
    if (status !== 'planned')
      throw new Failure('conflict', `the remediation is ${status}, not planned`, {
        next: 'only a dry run that is planned can be started; ask for a new one',
      });
    this.#requireWriter();
    const actor = { id: principal.id, name: principal.name };
    if (kept.shown.kind === 'bulk')
      return this.#move(principal, kept, { shown: { status: 'running', dry_run: false }, memory: { actor } });
    return this.#move(principal, kept, {
      shown: { status: 'planning', dry_run: false, deployment_id: null },
      memory: { attempt: kept.memory.attempt + 1, actor },
    });
  }

  /** @throws Failure `conflict`, `forbidden` where another role must decide, or who asked would approve himself */
  async decide(principal: Principal, id: string, approves: boolean): Promise<Remediation> {
    const kept = await this.get(principal, id);
    const { approval, status, requested_by_id: requester, deployment_id: deployment } = kept.shown;
    if (status !== 'awaiting_approval' || !approval)
      throw new Failure('conflict', `the remediation is ${status}: nobody's approval is asked for`);
    if (approves && [requester, kept.memory.actor?.id].includes(principal.id))
      throw new Failure('forbidden', 'who asked for a remediation cannot approve it', {
        next: `somebody else with the role ${approval.role} must`,
      });
    if (deployment !== null) {
      await this.#ports.deployments.decide(principal, deployment, approves);
      return this.#move(principal, kept, { shown: { status: 'executing' } });
    }
    if (!principal.roles.some((role) => role === approval.role || grants(role, approval.role as typeof role)))
      throw new Failure('forbidden', `the rule "${approval.rule}" asks for the role ${approval.role}`);
    const approved = { status: 'executing', approved_by: principal.name } as const;
    return this.#move(principal, kept, { shown: approves ? approved : { status: 'rejected' } });
  }

  /** Ends what has not begun; a deployment that runs is cancelled. @throws Failure `conflict` */
  async cancel(principal: Principal, id: string): Promise<Remediation> {
    const kept = await this.get(principal, id);
    const { status, deployment_id: deployment } = kept.shown;
    const isOver = isResting(status) && status !== 'planned' && status !== 'queued';
    if (isOver || ['writing', 'verifying', 'rolling_back'].includes(status))
      throw new Failure('conflict', `the remediation is ${status}: it cannot be cancelled`, {
        next: isOver ? 'roll it back: POST …/rollback' : 'wait for its end, then POST …/rollback',
      });
    if (kept.shown.kind === 'bulk') return this.#cancelBulk(principal, kept);
    if (deployment === null) return this.#move(principal, kept, { shown: { status: 'cancelled' } });
    const { status: running } = await this.#ports.deployments.get(principal, deployment);
    const isUnderWay = running === 'deploying' || running === 'cancelling';
    if (running !== 'cancelling' && !isEnded(running))
      await this.#ports.deployments.cancel(principal, deployment);
    return this.#move(principal, kept, { shown: { status: isUnderWay ? 'executing' : 'cancelled' } });
  }

  /**
   * Goes back to what was there before.
   * @throws Failure `conflict` where nothing can be undone, or the resource has changed since and `force` is not given
   */
  async rollback(principal: Principal, id: string, { force }: { force: boolean }): Promise<Remediation> {
    const kept = await this.get(principal, id);
    const isBulk = kept.shown.kind === 'bulk';
    const reason = isBulk ? whyNoBulkRollback(kept) : whyNoRollback(kept);
    if (reason !== undefined) throw new Failure('conflict', reason);
    this.#requireWriter();
    if (!isBulk && !force && (await hasChanged({ kept, ports: this.#ports })))
      throw new Failure('conflict', CHANGED, { next: 'look at it, then send {"force": true}' });
    const actor = { id: principal.id, name: principal.name };
    return this.#move(principal, kept, {
      shown: { status: 'rolling_back' },
      memory: { force, actor, isSetBack: false },
    });
  }

  /** Takes as many steps as can be taken now. Throws where something is away: the queue brings the message again. */
  async run({ tenant_id: tenantId, id }: RemediationMessage): Promise<void> {
    const store = this.#options.storeOf(tenantId);
    for (;;) {
      const kept = await store.find(id);
      if (!kept) return;
      const step = steps[kept.shown.status];
      if (!step) return store.settle(id);
      const enqueue = (other: string) => this.#queue(tenantId, other);
      const context = { tenantId, kept, ports: this.#ports, store, enqueue };
      const { againAfter, ...change } = await taken(step, context);
      if (againAfter === 'sweep') return;
      const written = await store.replace(kept, change);
      if (written && againAfter !== undefined) return this.#queue(tenantId, id, againAfter);
    }
  }

  /** Takes up what a dead process left. Returns how many. */
  async sweep(): Promise<number> {
    const before = new Date(this.#ports.clock.now().getTime() - STALLED_MS);
    let found = 0;
    for (const tenantId of await remediatingTenants(this.#options.tables)) {
      for (const id of await this.#options.storeOf(tenantId).stalled(before)) {
        await this.#queue(tenantId, id);
        found += 1;
      }
    }
    return found;
  }

  async #createBulk(principal: Principal, input: RemediationInput, filter: Filter): Promise<Remediation> {
    const subscription = filter.subscription_id?.toLowerCase() ?? null;
    if (!visibleSubscription(principal, subscription))
      throw new Failure('forbidden', 'the caller is limited to some subscriptions', {
        next: 'name one of them in filter.subscription_id',
      });
    const shown: Remediation = {
      ...this.#blank(principal),
      kind: 'bulk',
      status: 'collecting',
      subscription_id: subscription,
      policy_id: filter.policy_id ?? '',
      assignment_id: filter.assignment_id ?? '',
      dry_run: input.dry_run,
      bulk: {
        filter,
        resource_count: input.resource_count,
        parallel_deployments: input.parallel_deployments,
        failure_threshold: input.failure_threshold,
      },
    };
    await this.#options.storeOf(principal.tenantId).insert(shown, { attempt: 1 });
    await this.#queue(principal.tenantId, shown.id);
    return shown;
  }

  /** Those that wait are cancelled; those under way come to their end. */
  async #cancelBulk(principal: Principal, kept: Kept): Promise<Remediation> {
    const { tenantId } = principal;
    const store = this.#options.storeOf(tenantId);
    const cancelled = await this.#move(principal, kept, { shown: { status: 'cancelled' } });
    const children = await store.children(kept.shown.id);
    const waiting = children.filter(({ status }) => status === 'queued' || status === 'planned');
    const enqueue = (id: string) => this.#queue(tenantId, id);
    await changeEach({ store, enqueue }, waiting, () => ({ shown: { status: 'cancelled' } }));
    return cancelled;
  }

  get #ports(): RemediationPorts {
    return this.#options.ports;
  }

  /** Changes by a person's word: refused where a step was faster. */
  async #move({ tenantId }: Principal, kept: Kept, change: Change): Promise<Remediation> {
    const written = await this.#options.storeOf(tenantId).replace(kept, change);
    if (!written)
      throw new Failure('conflict', 'the remediation has just changed', {
        next: 'read it again and decide anew',
      });
    if (!isResting(written.shown.status)) await this.#queue(tenantId, written.shown.id);
    return written.shown;
  }

  #blank({ name, id: callerId }: Principal): Remediation {
    const at = this.#ports.clock.now();
    return {
      id: `${String(9_999_999_999_999 - at.getTime())}-${randomUUID().slice(0, 8)}`,
      kind: 'resource',
      parent_id: null,
      status: 'planning',
      resource_id: null,
      subscription_id: null,
      policy_id: '',
      policy_name: '',
      assignment_id: '',
      reference_id: null,
      effect: '',
      severity: '',
      dry_run: true,
      requested_by: name,
      requested_by_id: callerId,
      approval: null,
      approved_by: null,
      deployment_id: null,
      result: null,
      error: null,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
      plan: null,
      bulk: null,
    };
  }

  #requireWriter(): void {
    if (!this.#ports.writer) throw new Failure('conflict', 'writing to the estate is off', NO_WRITER);
  }

  async #queue(tenantId: string, id: string, afterSeconds = 0): Promise<void> {
    const notBefore = new Date(this.#ports.clock.now().getTime() + afterSeconds * 1000);
    await this.#options.queues.send(remediationsQueue, [
      {
        body: { tenant_id: tenantId, id } satisfies RemediationMessage,
        messageId: randomUUID(),
        tenantId,
        ...(afterSeconds > 0 && { notBefore }),
      },
    ]);
  }
}

function whyNoBulkRollback({ shown: { status, dry_run: isDryRun } }: Kept): string | undefined {
  const hasEnded = ['succeeded', 'failed', 'cancelled', 'rollback_failed'].includes(status) && !isDryRun;
  return hasEnded ? undefined : `the remediation is ${status}: only what was carried out can be rolled back`;
}

const ENDED = new Set(['denied', 'rejected', 'invalid', 'succeeded', 'failed', 'cancelled']);

function isEnded(status: string): boolean {
  return ENDED.has(status);
}

const THROTTLED_SECONDS = 15;

/** A step; where Azure asks for patience, it is taken again later. */
async function taken(
  step: (context: StepContext) => Promise<StepResult>,
  context: StepContext,
): Promise<StepResult> {
  try {
    return await step(context);
  } catch (error) {
    if (!(error instanceof AzureError) || error.kind !== 'throttled') throw error;
    return { againAfter: error.retryAfterSeconds ?? THROTTLED_SECONDS };
  }
}
