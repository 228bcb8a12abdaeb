import { type CloudEvent, eventsQueue } from '#features/events/index.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { Endpoint } from '../endpointStore.ts';
import type { Room } from '../room.ts';
import { deliveryId } from '../rows.ts';

/** How long this process trusts what it knows of an endpoint's health: another may have noted a failure. */
const TRUST_MS = 60_000;
const DAY_MS = 86_400_000;

type Known = { readonly since: string | undefined; readonly readAt: number };
export type Alert = {
  readonly type: 'webhook.delivery_dead' | 'webhook.disabled';
  readonly reason: string;
  readonly key?: string;
};

/** Since when endpoints fail; those that have failed everything for long enough are disabled, with notice. */
export class Health {
  readonly #room: Room;
  readonly #queues: Queues;
  readonly #disableAfterMs: number;
  readonly #known = new Map<string, Known>();

  constructor(room: Room, options: { queues: Queues; disableAfterDays: number }) {
    this.#room = room;
    this.#queues = options.queues;
    this.#disableAfterMs = options.disableAfterDays * DAY_MS;
  }

  async succeeded(endpoint: Endpoint): Promise<void> {
    const since = await this.#since(endpoint);
    if (since !== undefined) await this.#set(endpoint, undefined);
  }

  async failed(endpoint: Endpoint): Promise<void> {
    const now = this.#room.clock.now();
    const since = await this.#since(endpoint);
    if (since === undefined) return this.#set(endpoint, now.toISOString());
    if (now.getTime() - Date.parse(since) < this.#disableAfterMs) return;
    this.#known.delete(endpoint.id);
    const current = await this.#since(endpoint);
    if (current === undefined || current > since) return;
    await this.disable(endpoint, `every delivery has failed since ${since}`);
  }

  async disable(endpoint: Endpoint, reason: string): Promise<void> {
    const { endpoints } = this.#room.storesOf(endpoint.tenant_id);
    await endpoints.update(endpoint.id, (now) => ({ ...now, active: false, disabled_reason: reason }));
    log.warning('webhook disabled', { tenantId: endpoint.tenant_id, webhookId: endpoint.id, reason });
    await this.alert(endpoint, { type: 'webhook.disabled', reason });
  }

  /** Healthy until shown otherwise. */
  async forget(endpoint: Endpoint): Promise<void> {
    await this.#set(endpoint, undefined);
  }

  /** An event for the tenant's operators. */
  async alert(endpoint: Endpoint, { type, reason, key }: Alert): Promise<void> {
    const time = this.#room.clock.now().toISOString();
    const delivery = key && deliveryId(endpoint.id, key);
    const event: CloudEvent = {
      specversion: '1.0',
      id: `${type}.${delivery ?? `${endpoint.id}.${time}`}`,
      source: `/tenants/${endpoint.tenant_id}/webhooks`,
      type: 'AlertTriggered',
      subject: endpoint.id,
      time,
      datacontenttype: 'application/json',
      tenantid: endpoint.tenant_id,
      data: {
        alert_type: type,
        severity: type === 'webhook.disabled' ? 'high' : 'medium',
        message: `webhook "${endpoint.name}": ${reason}`,
        webhook_id: endpoint.id,
        ...(delivery && { delivery_id: delivery }),
      },
    };
    await this.#queues.send(eventsQueue, [
      {
        body: [event],
        messageId: `${endpoint.tenant_id}|${event.id}`,
        contentType: 'application/cloudevents-batch+json',
        tenantId: endpoint.tenant_id,
      },
    ]);
  }

  async #since(endpoint: Endpoint): Promise<string | undefined> {
    const now = this.#room.clock.now().getTime();
    const known = this.#known.get(endpoint.id);
    if (known && now - known.readAt < TRUST_MS) return known.since;
    const since = await this.#room.storesOf(endpoint.tenant_id).endpoints.failingSince(endpoint.id);
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.set(endpoint.id, { since, readAt: now });
    return since;
  }

  async #set(endpoint: Endpoint, since: string | undefined): Promise<void> {
    await this.#room.storesOf(endpoint.tenant_id).endpoints.setFailing(endpoint.id, since);
    this.#known.set(endpoint.id, { since, readAt: this.#room.clock.now().getTime() });
  }
}
