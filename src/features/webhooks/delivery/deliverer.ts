import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { KeptDelivery } from '../deliveryStore.ts';
import type { Endpoint } from '../endpointStore.ts';
import { delayAfter, parseRetryAfter } from '../retry.ts';
import type { Room } from '../room.ts';
import { deliveryId } from '../rows.ts';
import type { Attempt } from '../schema.ts';
import type { SigningSecrets } from '../signingSecrets.ts';
import type { Gate } from './gate.ts';
import type { Health } from './health.ts';
import { type DeliveryMessage, inline } from './queue.ts';
import { requestHeaders } from './request.ts';
import type { Outcome, Sender } from './sender.ts';

/** A message is held this long for its attempt; a slower one goes on by itself, so that the next endpoint gets its turn. */
const HOLD_MS = 500;
/** The same of an endpoint that is slow already. */
const SLOW_HOLD_MS = 20;
/** When a message left as a guard looks whether the slow attempt ended: after any that is still alive. */
const GUARD_MS = 45_000;
/** After a failure of our own: table, vault. */
const SOON_MS = 5_000;

type Work = {
  readonly message: DeliveryMessage;
  readonly endpoint: Endpoint;
  readonly gate: Gate;
  readonly body: string;
};

/** Runs the attempts that messages of the `deliveries` queue ask for: at least once each, whatever dies in between. */
export class Deliverer {
  readonly #room: Room;
  readonly #secrets: SigningSecrets;
  readonly #sender: Sender;
  readonly #health: Health;

  constructor(parts: { room: Room; secrets: SigningSecrets; sender: Sender; health: Health }) {
    this.#room = parts.room;
    this.#secrets = parts.secrets;
    this.#sender = parts.sender;
    this.#health = parts.health;
  }

  /** Resolves when the attempt is recorded, or put off, or when a guard watches over it. */
  async deliver(message: DeliveryMessage): Promise<void> {
    const { endpoints, deliveries } = this.#room.storesOf(message.tenant_id);
    const endpoint = await endpoints.find(message.webhook_id);
    if (!endpoint?.active)
      return this.#cancel(message, endpoint?.disabled_reason ?? 'the webhook was deleted');
    const isRead = message.check || message.resource !== undefined || message.body === undefined;
    const kept = isRead ? await deliveries.find(endpoint.id, message.key) : undefined;
    if (isRead && !isWanted(message, kept)) return this.#advance(message);
    if (message.resource && !(await this.#isFirstInLine(message, message.resource))) return undefined;
    const gate = this.#room.gateOf(endpoint.id);
    const limits = { concurrency: endpoint.max_concurrency, ratePerSecond: endpoint.rate_limit_per_second };
    const admission = await gate.enter(limits, message.admitted === true);
    if (admission.kind === 'closed') return this.#cancel(message, 'the webhook was deleted');
    if (admission.kind === 'wait')
      return this.#room.queueAgain({ ...message, check: true, admitted: true }, this.#in(admission.delayMs));
    const body = message.body ?? kept?.body ?? '';
    const holdMs = gate.isSlow ? SLOW_HOLD_MS : HOLD_MS;
    return this.#hold(message, this.#attempt({ message, endpoint, gate, body }, admission.leave), holdMs);
  }

  async #hold(message: DeliveryMessage, attempt: Promise<void>, holdMs: number): Promise<void> {
    attempt.catch((error: unknown) =>
      log.warning('a delivery failed on our side', { error: messageOf(error) }),
    );
    const timer = Promise.withResolvers<'slow'>();
    const timeout = setTimeout(() => timer.resolve('slow'), holdMs);
    const winner = await Promise.race([attempt, timer.promise]).finally(() => clearTimeout(timeout));
    if (winner !== 'slow') return;
    try {
      await this.#room.queueAgain({ ...message, check: true }, this.#in(GUARD_MS));
    } catch {
      await attempt;
    }
  }

  async #attempt(work: Work, leave: (isOk: boolean) => void): Promise<void> {
    let isOk = false;
    try {
      const at = this.#room.clock.now();
      const secrets = await this.#secretsOf(work);
      if (!secrets) return;
      const outcome = await this.#send(work, { secrets, at });
      if (outcome.errorKind === 'aborted') return await this.#cancel(work.message, 'the webhook was deleted');
      isOk = outcome.errorKind === undefined;
      leave(isOk);
      if (isOk) await this.#succeeded(work, toAttempt(work.message.attempt, at, outcome));
      else await this.#failed(work, { outcome, at });
    } finally {
      leave(isOk);
    }
  }

  /** Undefined, and the message put off, where the vault does not answer. */
  async #secretsOf({ message, endpoint }: Work): Promise<string[] | undefined> {
    try {
      return await this.#secrets.of(endpoint);
    } catch (error) {
      log.error('the secret of a webhook cannot be read', {
        webhookId: endpoint.id,
        error: messageOf(error),
      });
      await this.#room.queueAgain({ ...message, check: true, admitted: true }, this.#in(SOON_MS));
      return undefined;
    }
  }

  #send({ message, endpoint, gate, body }: Work, given: { secrets: string[]; at: Date }): Promise<Outcome> {
    const bytes = Buffer.from(body);
    const delivery = deliveryId(endpoint.id, message.key);
    const { event_type: event } = message;
    const headers = requestHeaders(given.secrets, {
      id: delivery,
      event,
      delivery,
      at: given.at,
      body: bytes,
    });
    return this.#sender.send({ url: endpoint.url, headers, body: bytes, signal: gate.signal });
  }

  async #succeeded({ message, endpoint }: Work, attempt: Attempt): Promise<void> {
    await this.#record(message, { status: 'delivered', nextAttemptAt: '', reason: '' }, attempt);
    await this.#health.succeeded(endpoint);
    await this.#advance(message);
  }

  /** The next attempt is queued before this one is recorded: what dies in between leaves one too many, never one too few. */
  async #failed(work: Work, { outcome, at }: { outcome: Outcome; at: Date }): Promise<void> {
    const { message, endpoint } = work;
    const { deliveries } = this.#room.storesOf(message.tenant_id);
    if (!isWanted(message, await deliveries.find(endpoint.id, message.key))) return;
    const attempt = toAttempt(message.attempt, at, outcome);
    const isGone = outcome.status === 410;
    const delay = isGone ? undefined : this.#delay(work, outcome);
    if (delay !== undefined) {
      const next = this.#in(delay);
      const { admitted: _, check: __, ...rest } = message;
      await this.#room.queue([{ ...rest, attempt: message.attempt + 1, check: true }], { notBefore: next });
      await this.#record(message, { status: 'retrying', nextAttemptAt: next.toISOString() }, attempt);
      return this.#health.failed(endpoint);
    }
    const reason = isGone ? 'the receiver answered 410 Gone' : `${outcome.error} (last of its attempts)`;
    if (!message.quiet)
      await this.#health.alert(endpoint, { type: 'webhook.delivery_dead', reason, key: message.key });
    await this.#record(message, { status: 'dead', nextAttemptAt: '', reason }, attempt);
    if (isGone) await this.#health.disable(endpoint, reason);
    else await this.#health.failed(endpoint);
    await this.#advance(message);
  }

  #delay({ message, endpoint }: Work, outcome: Outcome): number | undefined {
    const isAsked = outcome.status === 429 || outcome.status === 503;
    const retryAfterMs = isAsked ? parseRetryAfter(outcome.retryAfter, this.#room.clock.now()) : undefined;
    const position = message.attempt - message.first + 1;
    return delayAfter(endpoint.retry_config, position, { random: Math.random(), retryAfterMs });
  }

  async #record(
    { tenant_id: tenantId, webhook_id: id, key, attempt: attempts }: DeliveryMessage,
    change: Partial<KeptDelivery>,
    attempt: Attempt,
  ): Promise<void> {
    const updatedAt = this.#room.clock.now().toISOString();
    const { deliveries } = this.#room.storesOf(tenantId);
    await deliveries.record(id, key, { ...change, attempts, updatedAt }, attempt);
  }

  async #cancel(message: DeliveryMessage, reason: string): Promise<void> {
    const { deliveries } = this.#room.storesOf(message.tenant_id);
    const kept = await deliveries.find(message.webhook_id, message.key);
    if (kept && (kept.status === 'pending' || kept.status === 'retrying')) {
      const updatedAt = this.#room.clock.now().toISOString();
      const change = { status: 'cancelled', nextAttemptAt: '', reason, updatedAt } as const;
      await deliveries.record(message.webhook_id, message.key, change);
    }
    await this.#advance(message);
  }

  async #isFirstInLine(message: DeliveryMessage, resource: string): Promise<boolean> {
    const { deliveries } = this.#room.storesOf(message.tenant_id);
    return (await deliveries.firstInLine(message.webhook_id, resource)) === message.key;
  }

  /** Ends the turn of an ordered delivery and calls the next one. Repeating it does no harm. */
  async #advance(message: DeliveryMessage): Promise<void> {
    const { tenant_id: tenantId, webhook_id: id, resource, key } = message;
    if (resource === undefined) return;
    const { deliveries } = this.#room.storesOf(tenantId);
    const kept = await deliveries.find(id, key);
    if (kept?.status === 'pending' || kept?.status === 'retrying') return;
    await deliveries.leaveLine(id, resource, key);
    const next = await deliveries.firstInLine(id, resource);
    const row = next && (await deliveries.find(id, next));
    if (!next || !row) return;
    const { body: _, quiet: __, admitted: ___, ...rest } = message;
    const turn = {
      ...rest,
      key: next,
      event_type: row.eventType,
      attempt: row.attempts + 1,
      first: 1,
      check: true,
      ...inline(row.body),
      ...(row.quiet && { quiet: true }),
    };
    await this.#room.queueAgain(turn, this.#room.clock.now());
  }

  #in(milliseconds: number): Date {
    return new Date(this.#room.clock.now().getTime() + milliseconds);
  }
}

/** Whether an attempt is still to be made: not made already by another copy of the message, nor settled otherwise. */
function isWanted({ attempt }: DeliveryMessage, kept: KeptDelivery | undefined): boolean {
  return kept !== undefined && isOpen(kept) && kept.attempts < attempt;
}

function isOpen({ status }: KeptDelivery): boolean {
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
