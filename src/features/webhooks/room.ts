import { hash, randomUUID } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { Gate } from './delivery/gate.ts';
import { type DeliveryMessage, deliveriesQueue, type Job, toMessages } from './delivery/queue.ts';
import { DeliveryStore } from './deliveryStore.ts';
import { EndpointStore } from './endpointStore.ts';
import { EventStore } from './eventStore.ts';
import { isQueueFull, queueFull } from './problems.ts';

type Stores = {
  readonly endpoints: EndpointStore;
  readonly deliveries: DeliveryStore;
  readonly events: EventStore;
};
/** Jobs of one tenant that are queued together. */
export type Turn = { readonly jobs: Iterable<Job>; readonly notBefore?: Date };

/** What fan-out, delivery and use cases share: the stores of each tenant, the gates of this process, the queue. */
export class Room {
  readonly clock: Clock;
  readonly #ports: { readonly tables: Tables; readonly queues: Queues; readonly clock: Clock };
  readonly #tenants = new Map<string, Stores>();
  readonly #gates = new Map<string, Gate>();

  constructor(ports: { tables: Tables; queues: Queues; clock: Clock }) {
    this.clock = ports.clock;
    this.#ports = ports;
  }

  storesOf(tenantId: string): Stores {
    let stores = this.#tenants.get(tenantId);
    if (!stores) {
      stores = {
        endpoints: new EndpointStore(tenantId, this.#ports),
        deliveries: new DeliveryStore(tenantId, this.#ports),
        events: new EventStore(tenantId, this.#ports.tables),
      };
      this.#tenants.set(tenantId, stores);
    }
    return stores;
  }

  gateOf(endpointId: string): Gate {
    let gate = this.#gates.get(endpointId);
    if (!gate) {
      gate = new Gate(() => performance.now());
      this.#gates.set(endpointId, gate);
    }
    return gate;
  }

  /** An endpoint that is enabled again, or changed, starts with a closed circuit. */
  resetGate(endpointId: string): void {
    this.#gates.delete(endpointId);
  }

  /** Queues first attempts. The same ones queued again are dropped by duplicate detection. @throws Failure `unavailable` when the queue is full */
  async queue(jobs: Iterable<Job>): Promise<void> {
    await this.#send([...toMessages(jobs)].map((message) => toOutgoing(message, idOf(message))));
  }

  /** Queues attempts, whatever was queued of them before. @throws Failure `unavailable` when the queue is full */
  async queueAgain(turns: readonly Turn[]): Promise<void> {
    await this.#send(
      turns.flatMap(({ jobs, notBefore }) =>
        [...toMessages(jobs)].map((message) => toOutgoing(message, randomUUID(), notBefore)),
      ),
    );
  }

  async #send(messages: readonly OutgoingMessage[]): Promise<void> {
    try {
      await this.#ports.queues.send(deliveriesQueue, messages);
    } catch (error) {
      throw isQueueFull(error) ? queueFull(error) : error;
    }
  }
}

function toOutgoing(message: DeliveryMessage, messageId: string, notBefore?: Date): OutgoingMessage {
  return { body: message, messageId, tenantId: message.tenant_id, ...(notBefore && { notBefore }) };
}

function idOf({ deliveries }: DeliveryMessage): string {
  const names = deliveries.map(({ webhook_id: id, key, attempt }) => `${id}|${key}|${attempt}`);
  return hash('sha256', names.join(' '));
}
