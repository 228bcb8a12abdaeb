import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#platform/clock.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { Secrets } from '#platform/secrets.ts';
import type { Tables } from '#platform/tables.ts';
import { Deliverer } from './delivery/deliverer.ts';
import { sendTest, validate } from './delivery/handshake.ts';
import { Health } from './delivery/health.ts';
import type { DeliveryMessage } from './delivery/queue.ts';
import type { Sender } from './delivery/sender.ts';
import type { Endpoint } from './endpointStore.ts';
import { LEASE_MS, tenantsOf } from './endpointStore.ts';
import { type EventMessage, fanOut } from './fanOut.ts';
import { Peers } from './peers.ts';
import { invalidUrl, notFound, testFailed } from './problems.ts';
import { requeue, sweep } from './requeue.ts';
import { DEFAULT_RETRIES } from './retry.ts';
import { Room } from './room.ts';
import type {
  Attempt,
  DeliveriesQuery,
  Delivery,
  DeliveryStatus,
  ReplayInput,
  Webhook,
  WebhookInput,
  WebhookUpdate,
} from './schema.ts';
import { type SigningKey, toSigningKey } from './signature.ts';
import { SigningSecrets } from './signingSecrets.ts';
import { checkUrl, type UrlPolicy } from './ssrf/url.ts';

export type WebhooksOptions = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly urlPolicy: UrlPolicy;
  readonly disableAfterDays: number;
  readonly retentionDays: number;
  readonly overlapHours: number;
};

const MAX_ENDPOINTS = 5_000;
/** Deliveries that one call replays. */
const MAX_REPLAYED = 1_000;
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const CURSOR = /^[\da-f]{28}$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const FAILED: readonly DeliveryStatus[] = ['dead', 'cancelled'];

/** Webhooks: endpoints, what is sent to them, and what became of it. */
export class Webhooks {
  readonly #room: Room;
  readonly #signing: SigningSecrets;
  readonly #health: Health;
  readonly #deliverer: Deliverer;
  readonly #options: WebhooksOptions;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#room = new Room(options);
    this.#signing = new SigningSecrets(options);
    this.#health = new Health(this.#room, options);
    this.#deliverer = new Deliverer({
      room: this.#room,
      secrets: this.#signing,
      sender: options.sender,
      health: this.#health,
      peers: new Peers(options.tables),
    });
  }

  /** Registers an endpoint: it must take the challenge and a test event, else nothing is kept. The secret is seen this once. */
  async create(tenantId: string, input: WebhookInput): Promise<Webhook & { secret: string }> {
    this.#judge(input.url);
    const { endpoints } = this.#room.storesOf(tenantId);
    if ((await endpoints.list()).length >= MAX_ENDPOINTS)
      throw new Failure('unprocessable', `a tenant has at most ${MAX_ENDPOINTS} webhooks`);
    const id = randomUUID();
    const secret = await this.#signing.create(tenantId, id);
    try {
      const keys = [toSigningKey(secret)];
      await this.#validate(input.url, keys);
      await this.#test({ id, name: input.name, url: input.url, tenantId }, keys);
      const now = this.#now();
      const endpoint: Endpoint = {
        id,
        tenant_id: tenantId,
        ...input,
        retry_config: input.retry_config ?? DEFAULT_RETRIES,
        active: true,
        disabled_reason: null,
        created_at: now,
        updated_at: now,
        secret_version: 1,
      };
      await endpoints.insert(endpoint);
      return { ...toWebhook(endpoint, undefined), secret };
    } catch (error) {
      await this.#signing.remove(tenantId, id);
      throw error;
    }
  }

  async list(tenantId: string): Promise<Webhook[]> {
    const { endpoints } = this.#room.storesOf(tenantId);
    const [all, failing] = await Promise.all([endpoints.list(), endpoints.failing()]);
    return all.map((endpoint) => toWebhook(endpoint, failing.get(endpoint.id)));
  }

  /** @throws Failure `notFound` */
  async get(tenantId: string, id: string): Promise<Webhook> {
    const endpoint = await this.#find(tenantId, id);
    return toWebhook(endpoint, await this.#room.storesOf(tenantId).endpoints.failingSince(id));
  }

  /** A new URL must take the challenge first. @throws Failure `notFound`, `invalid` */
  async update(tenantId: string, id: string, update: WebhookUpdate): Promise<Webhook> {
    const endpoint = await this.#find(tenantId, id);
    if (update.url !== undefined && update.url !== endpoint.url) {
      this.#judge(update.url);
      await this.#validate(update.url, await this.#signing.of(endpoint));
    }
    const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
    const changed = await this.#room.storesOf(tenantId).endpoints.update(id, (now) => ({
      ...now,
      ...given,
      ...(update.active !== undefined && {
        disabled_reason: update.active ? null : 'disabled by its owner',
      }),
    }));
    if (!changed) throw notFound('webhook', id);
    this.#room.resetGate(id);
    return this.get(tenantId, id);
  }

  /** From the answer on, nothing more is sent to it, by no instance. @throws Failure `notFound` */
  async remove(tenantId: string, id: string): Promise<void> {
    const isThere = GUID.test(id) && (await this.#room.storesOf(tenantId).endpoints.remove(id));
    if (!isThere) throw notFound('webhook', id);
    this.#room.gateOf(id).close();
    await Promise.all([pause(LEASE_MS), this.#signing.remove(tenantId, id)]);
  }

  /** @throws Failure `notFound`, `unprocessable` when the receiver does not take it */
  async test(
    tenantId: string,
    id: string,
  ): Promise<{ delivered: boolean; status: number | null; latency_ms: number }> {
    const endpoint = await this.#find(tenantId, id);
    const outcome = await this.#test({ ...endpoint, tenantId }, await this.#signing.of(endpoint));
    return { delivered: true, status: outcome.status ?? null, latency_ms: outcome.latencyMs };
  }

  /** A new secret, seen this once; the one before signs too for a while. */
  async rotateSecret(
    tenantId: string,
    id: string,
  ): Promise<{ secret: string; previous_valid_until: string }> {
    const endpoint = await this.#find(tenantId, id);
    const until = new Date(this.#room.clock.now().getTime() + this.#options.overlapHours * HOUR_MS);
    const secret = await this.#signing.rotate(endpoint, until);
    await this.#room.storesOf(tenantId).endpoints.update(id, (now) => ({
      ...now,
      secret_version: now.secret_version + 1,
    }));
    return { secret, previous_valid_until: until.toISOString() };
  }

  async enable(tenantId: string, id: string): Promise<Webhook> {
    const endpoint = await this.#find(tenantId, id);
    await this.#health.forget(endpoint);
    return this.update(tenantId, id, { active: true });
  }

  async deliveries(
    tenantId: string,
    id: string,
    query: DeliveriesQuery,
  ): Promise<{ data: Delivery[]; nextCursor: string | null }> {
    await this.#find(tenantId, id);
    if (query.cursor && !CURSOR.test(query.cursor))
      throw new Failure('invalid', 'the query is not valid', {
        problems: [{ field: 'cursor', reason: 'not a cursor of ours' }],
      });
    const { data, next } = await this.#room.storesOf(tenantId).deliveries.list(id, {
      ...query,
      after: query.cursor,
      ...(query.status && { statuses: [query.status] }),
    });
    return { data: data.map(({ delivery }) => delivery), nextCursor: next ?? null };
  }

  /** @throws Failure `notFound` */
  async delivery(tenantId: string, id: string): Promise<Delivery & { payload: unknown; log: Attempt[] }> {
    const { deliveries, events } = this.#room.storesOf(tenantId);
    const found = await deliveries.details(id);
    if (!found) throw notFound('delivery', id);
    const text = await events.text(found.row.event, found.row.thin ? 'thin' : 'full');
    return { ...found.delivery, payload: text === undefined ? null : JSON.parse(text), log: found.log };
  }

  /** Sends a delivery once more, with a new run of retries. @throws Failure `notFound`, `unavailable` when the queue is full */
  async retry(tenantId: string, id: string): Promise<Delivery> {
    const found = await this.#room.storesOf(tenantId).deliveries.details(id);
    if (!found) throw notFound('delivery', id);
    await this.#find(tenantId, found.delivery.webhook_id);
    await requeue(this.#room, tenantId, [found]);
    return { ...found.delivery, status: 'pending', reason: null, next_attempt_at: null };
  }

  /** Sends again what failed (or everything) of a time range, newest first, up to 1,000 deliveries a call. */
  async replay(
    tenantId: string,
    id: string,
    { since, until, status }: ReplayInput,
  ): Promise<{ replayed: number; remaining: boolean }> {
    await this.#find(tenantId, id);
    const statuses: readonly DeliveryStatus[] = status === 'all' ? [...FAILED, 'delivered'] : FAILED;
    const { data, next } = await this.#room.storesOf(tenantId).deliveries.list(id, {
      limit: MAX_REPLAYED,
      statuses,
      ...(since && { since }),
      ...(until && { until }),
      event_type: undefined,
    });
    await requeue(this.#room, tenantId, data);
    return { replayed: data.length, remaining: next !== undefined };
  }

  /** Subscriber of the `events` queue. */
  fanOut(messages: readonly EventMessage[]): Promise<void> {
    return fanOut(messages, this.#room);
  }

  /** Worker of the `deliveries` queue; `isRedelivered`: the message has come before. */
  deliver(message: DeliveryMessage, isRedelivered = false): Promise<void> {
    return this.#deliverer.deliver(message, isRedelivered);
  }

  /** Queues what found the queue full, and publishes alerts that a process left behind. */
  async sweep(): Promise<void> {
    for (const tenantId of await tenantsOf(this.#options.tables)) {
      try {
        await sweep(this.#room, tenantId);
      } catch (error) {
        log.error('the webhooks of a tenant could not be tended', { tenantId, error: messageOf(error) });
      }
    }
  }

  /** Removes deliveries, with the answers of receivers, that are older than the retention. */
  async forget(): Promise<void> {
    const before = new Date(this.#room.clock.now().getTime() - this.#options.retentionDays * DAY_MS);
    for (const tenantId of await tenantsOf(this.#options.tables)) {
      const { endpoints, deliveries, events } = this.#room.storesOf(tenantId);
      for (const { id } of await endpoints.list()) await deliveries.forget(id, before);
      for (const { id, deletedAt } of await endpoints.deleted()) {
        await deliveries.forget(id, before);
        if (deletedAt < before.toISOString()) await endpoints.forgetDeleted(id);
      }
      await events.forget(before);
    }
  }

  async #find(tenantId: string, id: string): Promise<Endpoint> {
    const found = GUID.test(id) ? await this.#room.storesOf(tenantId).endpoints.find(id) : undefined;
    if (!found) throw notFound('webhook', id);
    return found;
  }

  #judge(url: string): void {
    const judgement = checkUrl(url, this.#options.urlPolicy);
    if (!judgement.ok) throw invalidUrl(judgement.reason);
  }

  async #validate(url: string, keys: readonly SigningKey[]): Promise<void> {
    const problem = await validate(this.#options.sender, { url, keys, now: this.#room.clock.now() });
    if (problem !== undefined) throw invalidUrl(problem);
  }

  async #test(
    webhook: { id: string; name: string; url: string; tenantId: string },
    keys: readonly SigningKey[],
  ) {
    const outcome = await sendTest(this.#options.sender, webhook, { keys, now: this.#room.clock.now() });
    if (outcome.errorKind !== undefined) throw testFailed(`webhook.test: ${outcome.error}`);
    return outcome;
  }

  #now(): string {
    return this.#room.clock.now().toISOString();
  }
}

function toWebhook(endpoint: Endpoint, failingSince: string | undefined): Webhook {
  const { secret_version: _, ...shown } = endpoint;
  return { ...shown, failing_since: failingSince ?? null };
}
