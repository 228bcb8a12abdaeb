import { forwardEvents, type KnownEvent, work } from './work/evaluations.ts';
import type { EvaluationMessage } from './work/queue.ts';
import { reconcile } from './work/reconcile.ts';
import { type CompliancePorts, Room } from './work/room.ts';

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
      await forwardEvents(own, this.room(tenantId));
  }

  /** Does a message of the `evaluations` queue. */
  work(message: EvaluationMessage): Promise<void> {
    return work(message, this.room(message.tenantId));
  }

  /** Makes up for what events missed and for what time changed. */
  reconcile(tenantId: string) {
    return reconcile(this.room(tenantId));
  }

  /** Publishes events older than a moment that a process left behind; returns how many rows these were. */
  async sweep(tenantId: string, before: Date): Promise<number> {
    const { inventory, store } = this.room(tenantId);
    let swept = 0;
    for (const { segment } of await inventory.segments.list())
      swept += await store.sweepOutbox(segment, before);
    return swept;
  }

  room(tenantId: string): Room {
    const known = this.#rooms.get(tenantId) ?? new Room(tenantId, this.#ports);
    this.#rooms.set(tenantId, known);
    return known;
  }
}
