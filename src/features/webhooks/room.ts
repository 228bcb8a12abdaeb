import { randomUUID } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { Gate } from './delivery/gate.ts';
import { type DeliveryMessage, deliveriesQueue } from './delivery/queue.ts';
import { DeliveryStore } from './deliveryStore.ts';
import { EndpointStore } from './endpointStore.ts';
import { isQueueFull, queueFull } from './problems.ts';

/** What fan-out, delivery and use cases share: the stores of each tenant, the gates of this process, the queue. */
export class Room {
  readonly clock: Clock;
  readonly #tables: Tables;
  readonly #queues: Queues;
  readonly #tenants = new Map<string, { endpoints: EndpointStore; deliveries: DeliveryStore }>();
  readonly #gates = new Map<string, Gate>();

  constructor(ports: { tables: Tables; queues: Queues; clock: Clock }) {
    this.clock = ports.clock;
    this.#tables = ports.tables;
    this.#queues = ports.queues;
  }

  storesOf(tenantId: string): { endpoints: EndpointStore; deliveries: DeliveryStore } {
    let stores = this.#tenants.get(tenantId);
    if (!stores) {
      stores = {
        endpoints: new EndpointStore(tenantId, { tables: this.#tables, clock: this.clock }),
        deliveries: new DeliveryStore(tenantId, this.#tables),
      };
      this.#tenants.set(tenantId, stores);
    }
    return stores;
  }

  gateOf(endpointId: string): Gate {
    const gate = this.#gates.get(endpointId) ?? new Gate(() => performance.now());
    this.#gates.set(endpointId, gate);
    return gate;
  }

  /** An endpoint that is enabled again, or changed, starts with a closed circuit. */
  resetGate(endpointId: string): void {
    this.#gates.delete(endpointId);
  }

  /** Queues attempts. The same attempt queued again (`name` too) is dropped by duplicate detection. @throws Failure `unavailable` when the queue is full */
  async queue(
    messages: readonly DeliveryMessage[],
    options: { readonly notBefore?: Date; readonly name?: string } = {},
  ): Promise<void> {
    const { notBefore, name = '' } = options;
    const outgoing: OutgoingMessage[] = messages.map((message) => ({
      body: message,
      messageId: `${message.webhook_id}|${message.key}|${message.attempt}|${name}`,
      tenantId: message.tenant_id,
      ...(notBefore && { notBefore }),
    }));
    try {
      await this.#queues.send(deliveriesQueue, outgoing);
    } catch (error) {
      throw isQueueFull(error) ? queueFull(error) : error;
    }
  }

  /** Queues an attempt once more, whatever was queued of it before. */
  async queueAgain(message: DeliveryMessage, notBefore: Date): Promise<void> {
    await this.queue([message], { notBefore, name: randomUUID() });
  }
}
