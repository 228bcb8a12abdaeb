import {
  type Cause,
  type InventoryStore,
  ownerOf,
  parseResourceId,
  resourceKey,
} from '#features/inventory/index.ts';
import type { Job, JobPart, JobStore } from '#features/jobs/index.ts';
import type { Clock } from '#platform/clock.ts';
import { createLimiter } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import { AzureError, type AzureSubscription, type ResourceManager } from '#platform/resourceManager.ts';
import type { Tables } from '#platform/tables.ts';
import { measure, traceparent } from '#platform/telemetry.ts';
import type { ApiVersions } from './apiVersions.ts';
import { findMissedChanges } from './changeFeed.ts';
import type { EstateReader } from './estateReader.ts';
import { actorOf, isRelevant, targetsOf } from './events.ts';
import { refreshQueue, syncQueue } from './queues.ts';
import { markUnreadable, Reconciliation } from './reconcile.ts';
import { refreshResource } from './refresh.ts';
import { retrying } from './retrying.ts';
import { type RefreshMessage, ResourceManagerEvent, type SyncJob, type SyncMessage } from './schema.ts';

export type DiscoveryPorts = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly azure: ResourceManager;
  readonly apiVersions: ApiVersions;
  readonly reader: EstateReader;
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => InventoryStore;
  readonly jobsOf: (tenantId: string) => JobStore;
  /** Resolves when what was committed has been published. */
  readonly published: () => Promise<void>;
  readonly graphLagSeconds: number;
  /** The tenant whose estate this deployment's identity reads; nobody else may sync with it. */
  readonly estateTenantId: string;
  /** Unset: every subscription that the identity can read. */
  readonly onlySubscriptions: readonly string[] | undefined;
};

const KIND = 'sync';
/** A sync holds what it knows of its subscription in memory: some 20 MB at 20,000 resources. */
const MAX_SYNCS = 4;
/** A job's row is written at most this often. */
const PROGRESS_MS = 500;
/** A part that waits longer may have lost its message with the process that started the job; a second one does no harm. */
const RESEND_MS = 10_000;

/** How Azure's estate comes into the inventory: by reading it all, and by events. */
export class Discovery {
  readonly #ports: DiscoveryPorts;
  readonly #inTurn = createLimiter(MAX_SYNCS);

  constructor(ports: DiscoveryPorts) {
    this.#ports = ports;
  }

  /** Puts every subscription on the `sync` queue; returns the job, or the one that is under way. @throws AzureError */
  async startSync(tenantId: string): Promise<SyncJob> {
    const { queues, jobsOf } = this.#ports;
    if (tenantId !== this.#ports.estateTenantId) {
      throw new Failure('forbidden', 'this deployment reads the estate of another tenant', {
        next: 'deploy PolicyCortex with an identity of your own tenant',
      });
    }
    const subscriptions = await this.#onboard(tenantId);
    const { job, joined } = await jobsOf(tenantId).start(KIND, subscriptions);
    const waiting = job.parts.filter(({ state }) => state === 'queued');
    const unsent = joined ? waiting.filter(({ updatedAt }) => this.#age(updatedAt) > RESEND_MS) : waiting;
    const messages = unsent.map(({ part: subscriptionId }) => {
      const body: SyncMessage = { tenantId, jobId: job.id, subscriptionId };
      return { body, messageId: `${job.id}|${subscriptionId}`, tenantId };
    });
    for (const { part } of joined ? unsent : []) {
      await jobsOf(tenantId).setPart(job.id, { part, state: 'queued', counts: {}, problems: [] });
    }
    await queues.send(syncQueue, messages);
    return { ...toSyncJob(job), joined };
  }

  #age(time: string | undefined): number {
    return this.#ports.clock.now().getTime() - Date.parse(time ?? '');
  }

  /** @throws Failure `notFound` */
  async getSync(tenantId: string, id: string): Promise<SyncJob> {
    const job = await this.#ports.jobsOf(tenantId).get(id);
    if (job.kind !== KIND) throw new Failure('notFound', `there is no sync ${id}`);
    return toSyncJob(job);
  }

  /** Reads one subscription, a few at a time on an instance. Throws only where the message should be delivered again. */
  syncSubscription(message: SyncMessage): Promise<void> {
    return this.#inTurn(() => this.#syncSubscription(message));
  }

  async #syncSubscription(message: SyncMessage): Promise<void> {
    const { tenantId, jobId, subscriptionId } = message;
    const { storeOf, jobsOf, clock, published } = this.#ports;
    const store = storeOf(tenantId);
    const jobs = jobsOf(tenantId);
    const part = (await jobs.find(jobId))?.parts.find((candidate) => candidate.part === subscriptionId);
    if (part?.state === 'succeeded' || part?.state === 'failed') return;
    if (!(await this.#isOwner(tenantId, subscriptionId))) {
      const problem = { scope: `/subscriptions/${subscriptionId}`, reason: 'belongs to another tenant' };
      const failed = { part: subscriptionId, state: 'failed' as const, counts: {}, problems: [problem] };
      if (part) await jobs.setPart(jobId, failed);
      return;
    }
    const run = new Reconciliation(subscriptionId, { ...this.#ports, store });
    const setPart = (state: JobPart['state'], problems: JobPart['problems']) =>
      jobs.setPart(jobId, { part: subscriptionId, state, counts: { ...run.progress }, problems });
    let reportedAt = 0;
    async function onProgress(): Promise<void> {
      if (performance.now() - reportedAt < PROGRESS_MS) return;
      reportedAt = performance.now();
      await setPart('running', []);
    }
    await setPart('running', []);
    try {
      await run.run(onProgress);
      await published();
      const { lastSynced: before } =
        (await store.segments.list()).find(({ segment }) => segment === subscriptionId) ?? {};
      if (before) measure.syncLagSeconds((clock.now().getTime() - Date.parse(before)) / 1000);
      await store.segments.register(subscriptionId, { lastSynced: clock.now().toISOString() });
      await setPart('succeeded', run.problems);
      log.information('subscription synced', {
        subscriptionId,
        ...run.progress,
        problems: run.problems.length,
      });
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      await published();
      await setPart('failed', [await markUnreadable(subscriptionId, error, { store, clock })]);
    }
  }

  /**
   * Takes in a delivery of Event Grid: each resource that it names is put on the `refresh` queue before this
   * resolves, so that nothing that was accepted is lost. What is malformed or not ours is logged and passed over,
   * since it would be as wrong the next time.
   */
  async acceptEvents(events: readonly unknown[]): Promise<void> {
    const { tables, queues } = this.#ports;
    for (const given of events) {
      const parsed = ResourceManagerEvent.safeParse(given);
      if (!parsed.success) {
        log.warning('malformed event', {
          problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
        });
        continue;
      }
      const event = parsed.data;
      if (!isRelevant(event)) continue;
      const { subscriptionId } = parseResourceId(event.subject);
      const tenantId = subscriptionId && (await ownerOf(tables, subscriptionId));
      if (!tenantId) {
        log.warning('event of a subscription that nobody has onboarded', { subject: event.subject });
        continue;
      }
      const messages = targetsOf(event).map((resourceId, index) => {
        const body: RefreshMessage = {
          tenantId,
          resourceId,
          actor: actorOf(event),
          correlationId: event.data.correlationId,
          at: event.time,
        };
        return { body, messageId: `${event.id}|${index}`, tenantId };
      });
      await queues.send(refreshQueue, messages);
    }
  }

  /**
   * Asks the change feed of every subscription for what events missed, and puts each such resource on the `refresh`
   * queue, with the actor that the feed names. Returns how many. A subscription that cannot be asked is passed over.
   */
  async catchUp(tenantId: string): Promise<number> {
    const { storeOf, queues, clock } = this.#ports;
    const store = storeOf(tenantId);
    let found = 0;
    for (const { segment, lastSynced, feedUntil } of await store.segments.list()) {
      if (lastSynced === undefined) continue;
      try {
        const { missed, until } = await findMissedChanges(segment, {
          ...this.#ports,
          store,
          since: feedUntil ?? lastSynced,
        });
        const messages = missed.map(({ resourceId, actor, correlationId, at }) => {
          const body: RefreshMessage = { tenantId, resourceId, actor, correlationId, at, by: 'feed' };
          return {
            body,
            messageId: `feed|${at}|${resourceKey(resourceId)}|${clock.now().getTime()}`,
            tenantId,
          };
        });
        await queues.send(refreshQueue, messages);
        await store.segments.note(segment, { feedUntil: until });
        found += missed.length;
      } catch (error) {
        if (!(error instanceof AzureError)) throw error;
        log.warning('the change feed cannot be read', { subscriptionId: segment, reason: error.message });
      }
    }
    return found;
  }

  /** Whether a message's tenant may work on a subscription: whoever could write to the queue could name any. */
  async #isOwner(tenantId: string, subscriptionId: string | undefined): Promise<boolean> {
    const owner = subscriptionId && (await ownerOf(this.#ports.tables, subscriptionId));
    if (owner === tenantId) return true;
    log.warning('message of a tenant that does not own the subscription', { tenantId, subscriptionId });
    return false;
  }

  /** Reads one resource again. @throws AzureError where Azure does not answer: the message comes again */
  async refresh(message: RefreshMessage): Promise<void> {
    const { storeOf, apiVersions, published, clock } = this.#ports;
    const { subscriptionId } = parseResourceId(message.resourceId);
    if (!(await this.#isOwner(message.tenantId, subscriptionId))) return;
    const cause: Cause = {
      by: message.by ?? 'event',
      actor: message.actor,
      correlationId: message.correlationId,
      traceparent: traceparent(),
    };
    try {
      const outcome = await refreshResource(message.resourceId, {
        store: storeOf(message.tenantId),
        apiVersions,
        cause,
      });
      const lag =
        message.at === undefined ? undefined : (clock.now().getTime() - Date.parse(message.at)) / 1000;
      if (lag !== undefined) measure.eventLagSeconds(lag, cause.by);
      log.information('resource refreshed', { resourceId: message.resourceId, outcome, lagSeconds: lag });
      if (outcome === 'deleted') await this.#refreshContents(message);
    } catch (error) {
      const isFinal =
        error instanceof AzureError && (error.kind === 'badRequest' || error.kind === 'refused');
      if (!isFinal) throw error;
      log.warning('resource cannot be read; the next sync will say so', {
        resourceId: message.resourceId,
        reason: error.message,
      });
    }
    await published();
  }

  /** Of a deleted resource group everything is gone: each resource is looked at. */
  async #refreshContents(message: RefreshMessage): Promise<void> {
    const { type, subscriptionId, id } = parseResourceId(message.resourceId);
    if (type !== 'Microsoft.Resources/subscriptions/resourceGroups' || !subscriptionId) return;
    const prefix = `${id.toLowerCase()}/`;
    const { entries } = await this.#ports.storeOf(message.tenantId).entries(subscriptionId);
    const messages = [...entries.values()]
      .filter((entry) => entry.id.toLowerCase().startsWith(prefix))
      .map((entry) => {
        const body: RefreshMessage = { ...message, resourceId: entry.id };
        const messageId = `${message.correlationId ?? id}|${entry.key}|${entry.seq}`;
        return { body, messageId, tenantId: message.tenantId };
      });
    await this.#ports.queues.send(refreshQueue, messages);
  }

  /** Records what the identity can read; a subscription that another tenant owns is left to it. */
  async #onboard(tenantId: string): Promise<string[]> {
    const { azure, storeOf, onlySubscriptions } = this.#ports;
    const visible = await retrying(() => azure.listSubscriptions(), 3).catch((error) => {
      throw toFailure(error);
    });
    const chosen = visible.filter(
      ({ subscriptionId }) => !onlySubscriptions || onlySubscriptions.includes(subscriptionId),
    );
    const { segments } = storeOf(tenantId);
    const own: string[] = [];
    for (const subscription of chosen) {
      try {
        await segments.claim(subscription.subscriptionId);
        await segments.register(subscription.subscriptionId, toDetails(subscription));
        own.push(subscription.subscriptionId);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        log.warning('subscription left out', {
          subscriptionId: subscription.subscriptionId,
          reason: error.message,
        });
      }
    }
    return own;
  }
}

/** Azure's trouble as the caller of a sync should see it. */
function toFailure(error: unknown): unknown {
  if (!(error instanceof AzureError)) return error;
  const next =
    error.kind === 'refused'
      ? 'grant the identity the role Reader on the subscriptions (README.md, "Your own estate")'
      : 'see GET /health, and try again';
  return new Failure('unavailable', `Azure does not list the subscriptions: ${error.message}`, {
    next,
    retryAfterSeconds: error.retryAfterSeconds ?? 10,
    cause: error,
  });
}

function toDetails({ displayName, state, tenantId }: AzureSubscription) {
  return { displayName, state, ...(tenantId && { azureTenantId: tenantId }) };
}

function toSyncJob(job: Job): SyncJob {
  const counts = (part: JobPart) => ({
    pages: part.counts.pages ?? 0,
    resources: part.counts.resources ?? 0,
    changed: part.counts.changed ?? 0,
    deleted: part.counts.deleted ?? 0,
  });
  const subscriptions = job.parts.map((part) => ({
    subscription_id: part.part,
    state: part.state,
    ...counts(part),
  }));
  const sum = (field: keyof ReturnType<typeof counts>) =>
    subscriptions.reduce((total, part) => total + part[field], 0);
  return {
    id: job.id,
    state: job.state,
    created_at: job.createdAt,
    updated_at: job.updatedAt,
    pages: sum('pages'),
    resources: sum('resources'),
    changed: sum('changed'),
    deleted: sum('deleted'),
    subscriptions,
    failed_scopes: job.parts.flatMap(({ part, problems }) =>
      problems.map((problem) => ({ subscription_id: part, ...problem })),
    ),
  };
}
