import type { CloudEvent } from '#features/events/index.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Endpoint } from '../endpointStore.ts';
import type { Peers } from '../peers.ts';
import { delayAfter, parseRetryAfter } from '../retry.ts';
import type { Room } from '../room.ts';
import { type DeliveryRow, deliveryId, toRow } from '../rows.ts';
import type { Attempt } from '../schema.ts';
import type { SigningKey } from '../signature.ts';
import type { SigningSecrets } from '../signingSecrets.ts';
import { toAlert } from './alert.ts';
import type { Gate } from './gate.ts';
import type { Health } from './health.ts';
import { Postponer } from './postponer.ts';
import { type DeliveryMessage, hasRow, type Job, toJobs } from './queue.ts';
import { requestHeaders } from './request.ts';
import type { Outcome, Sender } from './sender.ts';

/** A message is held this long for its attempts; a slower one goes on by itself, so that the next message gets its turn. */
const HOLD_MS = 500;
/** The same of an endpoint that is slow already. */
const SLOW_HOLD_MS = 20;
/** When a message left as a guard looks whether the slow attempt ended: after any that is still alive. */
const GUARD_MS = 45_000;
/** How often an attempt is begun that may not start, since what is known of its webhook is too old. */
const MAX_LOOKS = 5;
/** After a failure of our own: table, vault. */
const SOON_MS = 5_000;
/** How far from its time an attempt that the rate limit gave a time may be made. */
const ADMITTED_MS = 1_000;

type Work = { readonly job: Job; readonly endpoint: Endpoint; readonly gate: Gate; readonly body: Buffer };

/** Runs the attempts that messages of the `deliveries` queue ask for: at least once each, whatever dies in between. */
export class Deliverer {
  readonly #room: Room;
  readonly #secrets: SigningSecrets;
  readonly #sender: Sender;
  readonly #health: Health;
  readonly #peers: Peers;
  readonly #postponer: Postponer;

  constructor(parts: {
    room: Room;
    secrets: SigningSecrets;
    sender: Sender;
    health: Health;
    peers: Peers;
  }) {
    this.#room = parts.room;
    this.#secrets = parts.secrets;
    this.#sender = parts.sender;
    this.#health = parts.health;
    this.#peers = parts.peers;
    this.#postponer = new Postponer(parts.room);
  }

  /**
   * Resolves when each attempt is recorded, or put off, or when a guard watches over it; each has its own outcome.
   * Rejects when any could not be settled so: the message is to come again, and `isRedelivered` then says so.
   */
  async deliver(message: DeliveryMessage, isRedelivered = false): Promise<void> {
    const jobs = toJobs(message).map((job) => (isRedelivered ? { ...job, check: true } : job));
    const settled = await Promise.allSettled(jobs.map((job) => this.#deliver(job)));
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #deliver(job: Job): Promise<void> {
    const endpoint = this.#known(job) ?? (await this.#endpointOf(job));
    if (!endpoint?.active) return this.#cancel(job, endpoint?.disabled_reason ?? 'the webhook was deleted');
    if ((job.check || job.resource) && !isWanted(job, await this.#find(job))) return this.#advance(job);
    if (job.resource && !(await this.#isFirstInLine(job, job.resource))) return this.#note(job);
    const gate = this.#room.gateOf(endpoint.id);
    const limits = this.#peers.limitsOf(endpoint);
    const entering = gate.enter(limits instanceof Promise ? await limits : limits, this.#isAdmitted(job));
    const admission = entering instanceof Promise ? await entering : entering;
    if (admission.kind === 'closed') return this.#cancel(job, 'the webhook was deleted');
    if (admission.kind === 'wait') return this.#putOff(job, admission);
    const attempt = this.#attempt({ job, endpoint, gate }, admission.leave);
    return this.#hold(job, attempt, gate.isSlow ? SLOW_HOLD_MS : HOLD_MS);
  }

  /** From a view that is fresh enough. */
  #known({ tenant_id: tenantId, webhook_id: id }: Job): Endpoint | undefined {
    const found = this.#room.storesOf(tenantId).endpoints.current()?.byId.get(id);
    return found?.active ? found : undefined;
  }

  /** That one is not in a view is looked up. */
  async #endpointOf({ tenant_id: tenantId, webhook_id: id }: Job): Promise<Endpoint | undefined> {
    const { endpoints } = this.#room.storesOf(tenantId);
    const found = (await endpoints.view()).byId.get(id);
    return found?.active ? found : endpoints.find(id);
  }

  /** The time that it was given is now: one that comes much later asks again. */
  #isAdmitted({ admitted }: Job): boolean {
    return admitted !== undefined && Math.abs(this.#room.clock.now().getTime() - admitted) < ADMITTED_MS;
  }

  #hold(job: Job, attempt: Promise<void>, holdMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#postponer.postpone({ ...job, check: true }, GUARD_MS).then(() => resolve(), reject);
      }, holdMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      attempt.then(
        () => settle(resolve),
        (error: unknown) => {
          log.warning('a delivery failed on our side', { error: messageOf(error) });
          settle(() => reject(error));
        },
      );
    });
  }

  async #attempt(given: Omit<Work, 'body'>, leave: (isOk: boolean) => void): Promise<void> {
    let isOk = false;
    try {
      const work = { ...given, body: await this.#bodyOf(given.job) };
      const at = this.#room.clock.now();
      const keys = await this.#keysOf(work);
      if (!keys) return await this.#putOff(work.job, { delayMs: SOON_MS, isAdmitted: false });
      const outcome = await this.#send(work, { keys, at });
      if (outcome.errorKind === 'aborted') return await this.#cancel(work.job, 'the webhook was deleted');
      isOk = outcome.errorKind === undefined;
      leave(isOk);
      const attempt = toAttempt(work.job.attempt, at, outcome);
      if (isOk) await this.#succeeded(work, attempt);
      else await this.#failed(work, { outcome, attempt });
    } finally {
      leave(isOk);
    }
  }

  async #bodyOf({ sent, tenant_id: tenantId }: Job): Promise<Buffer> {
    const { events } = this.#room.storesOf(tenantId);
    const text = sent.body ?? (await events.text(sent.key, sent.thin ? 'thin' : 'full'));
    if (text === undefined) throw new Error('an event that is to be delivered is no longer kept');
    return Buffer.from(text);
  }

  /** Undefined where the vault does not answer. */
  async #keysOf({ endpoint }: Work): Promise<readonly SigningKey[] | undefined> {
    try {
      return await this.#secrets.of(endpoint);
    } catch (error) {
      const fields = { webhookId: endpoint.id, error: messageOf(error) };
      log.error('the secret of a webhook cannot be read', fields);
      return undefined;
    }
  }

  async #send(
    { job, endpoint, gate, body }: Work,
    given: { keys: readonly SigningKey[]; at: Date },
  ): Promise<Outcome> {
    const { endpoints } = this.#room.storesOf(job.tenant_id);
    const id = deliveryId(endpoint.id, job.key);
    const message = { id, event: job.sent.type, delivery: id, at: given.at, body };
    const headers = requestHeaders(given.keys, message);
    const { signal } = gate;
    const mayStart = () => endpoints.isKnown(endpoint.id);
    for (let look = 1; look <= MAX_LOOKS; look += 1) {
      if (!endpoints.current()) await endpoints.view();
      const outcome = await this.#sender.send({ url: endpoint.url, headers, body, signal, mayStart });
      if (outcome.errorKind !== 'notStarted') return outcome;
      if (!(await endpoints.find(endpoint.id))) return { ...outcome, errorKind: 'aborted' };
    }
    throw new Error('the storage is too slow to tell whether the webhook is still there');
  }

  async #succeeded({ job, endpoint }: Work, attempt: Attempt): Promise<void> {
    if (hasRow(job)) {
      const change = { status: 'delivered', nextAttemptAt: '', reason: '' } as const;
      await this.#record(job, { change, attempt });
    } else await this.#settle(job, attempt);
    await this.#health.succeeded(endpoint);
    await this.#advance(job);
  }

  /** The next attempt is queued before this one is recorded: what dies in between leaves one too many, never one too few. */
  async #failed(work: Work, { outcome, attempt }: { outcome: Outcome; attempt: Attempt }): Promise<void> {
    const { job, endpoint } = work;
    const isGone = outcome.status === 410;
    const delay = isGone ? undefined : this.#delay(work, outcome);
    if (delay !== undefined) {
      const { admitted: _, ...rest } = job;
      const next = { ...rest, attempt: job.attempt + 1, check: true, noted: true };
      const at = await this.#postponer.postpone(next, delay);
      const change = { status: 'retrying', nextAttemptAt: at.toISOString() } as const;
      await this.#record(job, { change, attempt });
      return this.#health.failed(endpoint);
    }
    const reason = isGone ? 'the receiver answered 410 Gone' : `${outcome.error} (last of its attempts)`;
    const at = this.#room.clock.now();
    const alert = toAlert(endpoint, { type: 'webhook.delivery_dead', reason, at, key: job.key });
    const change = { status: 'dead', nextAttemptAt: '', reason } as const;
    await this.#record(job, { change, attempt, alerts: job.sent.quiet ? [] : [alert] });
    if (isGone) await this.#health.disable(endpoint, reason);
    else await this.#health.failed(endpoint);
    await this.#advance(job);
  }

  #delay({ job, endpoint }: Work, outcome: Outcome): number | undefined {
    const isAsked = outcome.status === 429 || outcome.status === 503;
    const retryAfterMs = isAsked ? parseRetryAfter(outcome.retryAfter, this.#room.clock.now()) : undefined;
    const position = job.attempt - job.first + 1;
    return delayAfter(endpoint.retry_config, position, { random: Math.random(), retryAfterMs });
  }

  async #record(
    job: Job,
    { change, ...rest }: { change: Partial<DeliveryRow>; attempt: Attempt; alerts?: readonly CloudEvent[] },
  ): Promise<void> {
    const updatedAt = this.#room.clock.now().toISOString();
    const full = { ...toRow(job), ...change, attempts: job.attempt, updatedAt };
    const { deliveries } = this.#room.storesOf(job.tenant_id);
    await deliveries.record(job.webhook_id, job.key, { change: full, ...rest });
  }

  async #settle(job: Job, attempt: Attempt): Promise<void> {
    const updatedAt = this.#room.clock.now().toISOString();
    const row = { ...toRow(job), status: 'delivered', attempts: job.attempt, updatedAt } as const;
    const { deliveries } = this.#room.storesOf(job.tenant_id);
    await deliveries.pack(job.webhook_id, { key: job.key, row, attempt });
  }

  /** Comes again later, and has a row from now on. */
  async #putOff(job: Job, wait: { delayMs: number; isAdmitted: boolean }): Promise<void> {
    await this.#note(job);
    const { admitted: _, ...rest } = job;
    const admitted = this.#room.clock.now().getTime() + wait.delayMs;
    await this.#postponer.postpone(
      { ...rest, noted: true, ...(wait.isAdmitted && { admitted }) },
      wait.delayMs,
    );
  }

  #note(job: Job): Promise<void> {
    return this.#room.storesOf(job.tenant_id).deliveries.note(job, this.#room.clock.now());
  }

  async #cancel(job: Job, reason: string): Promise<void> {
    const kept = hasRow(job) ? await this.#find(job) : undefined;
    if (!kept || isOpen(kept)) {
      const { deliveries } = this.#room.storesOf(job.tenant_id);
      const updatedAt = this.#room.clock.now().toISOString();
      const change = { status: 'cancelled', nextAttemptAt: '', reason, updatedAt } as const;
      await deliveries.record(job.webhook_id, job.key, {
        change: { ...toRow(job), attempts: kept?.attempts ?? 0, ...change },
      });
    }
    await this.#advance(job);
  }

  #find({ tenant_id: tenantId, webhook_id: id, key }: Job): Promise<DeliveryRow | undefined> {
    return this.#room.storesOf(tenantId).deliveries.find(id, key);
  }

  async #isFirstInLine(job: Job, resource: string): Promise<boolean> {
    const { deliveries } = this.#room.storesOf(job.tenant_id);
    return (await deliveries.firstInLine(job.webhook_id, resource))?.key === job.key;
  }

  /** Ends the turn of an ordered delivery and calls the next one. Repeating it does no harm. */
  async #advance(job: Job): Promise<void> {
    const { tenant_id: tenantId, webhook_id: id, resource, key } = job;
    if (resource === undefined) return;
    const kept = await this.#find(job);
    if (kept && isOpen(kept)) return;
    const { deliveries } = this.#room.storesOf(tenantId);
    await deliveries.leaveLine(id, resource, key);
    const next = await deliveries.firstInLine(id, resource);
    if (!next) return;
    const attempts = (await this.#find(next))?.attempts ?? 0;
    const turn = { ...next, attempt: attempts + 1, first: 1, check: true };
    await this.#room.queueAgain([{ jobs: [turn] }]);
  }
}

/** Whether an attempt is still to be made: not made already by another copy of the message, nor settled otherwise. */
function isWanted({ attempt }: Job, kept: DeliveryRow | undefined): boolean {
  return kept === undefined || (isOpen(kept) && kept.attempts < attempt);
}

function isOpen({ status }: DeliveryRow): boolean {
  return status === 'pending' || status === 'retrying';
}

function toAttempt(attempt: number, at: Date, outcome: Outcome): Attempt {
  return {
    attempt,
    at: at.toISOString(),
    latency_ms: outcome.latencyMs,
    status: outcome.status ?? null,
    error_kind: outcome.errorKind ?? null,
    error: outcome.error ?? null,
    response_headers: outcome.headers,
    response_body: outcome.body ?? null,
  };
}
