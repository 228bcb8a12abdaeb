import type { Delivery, EventContext, Sender } from 'rhea';
import type { Broker } from '../broker/broker.ts';
import type { Consumer } from '../broker/consumer.ts';
import type { Entity } from '../broker/entity.ts';
import type { Message } from '../queue/message.ts';
import { errorOf } from './errors.ts';
import { encodeForDelivery } from './outgoing.ts';
import { confirmEveryDrain, creditLimit, reportDrained, settleAccepted, settleRejected } from './rhea.ts';
import { OUTCOMES, settlementOf } from './settlements.ts';

/** rhea keeps deliveries in order until settled; beyond this many, those whose lock is lost are cleared away. */
const MOST_UNSETTLED = 1_000;
const SETTLED_BY_SENDER = 1;

/** Delivers an entity's messages over a link and carries out how the client settles them. */
export class SendingLink implements Consumer {
  readonly forgets: boolean;
  readonly sessionId: string | undefined;
  private readonly sender: Sender;
  private readonly entity: Entity;
  private readonly broker: Broker;
  private readonly unsettled = new Map<string, Delivery>();
  /** Counts deliveries and drained credit, as the link's delivery-count does. */
  private used = 0;
  private draining = false;

  constructor(sender: Sender, options: { entity: Entity; broker: Broker; sessionId: string | undefined }) {
    this.sender = sender;
    this.entity = options.entity;
    this.broker = options.broker;
    this.sessionId = options.sessionId;
    this.forgets = sender.snd_settle_mode === SETTLED_BY_SENDER;
    confirmEveryDrain(sender);
    sender.on('sender_flow', () => this.broker.touch(this.entity));
    sender.on('sendable', () => this.broker.touch(this.entity));
    sender.on('sender_draining', () => {
      this.draining = true;
    });
    for (const outcome of OUTCOMES) {
      sender.on(outcome, ({ delivery }: EventContext) => {
        if (delivery !== undefined) this.settle(outcome, delivery);
      });
    }
  }

  hasCredit(): boolean {
    return this.used < creditLimit(this.sender) && this.sender.sendable();
  }

  reserve(): void {
    this.used += 1;
  }

  deliver(message: Message, payload: Buffer): void {
    this.clearLost();
    const tag = message.lock === undefined ? undefined : Buffer.from(message.lock.token, 'hex');
    const delivery = this.sender.send(encodeForDelivery(message, payload), tag, 0);
    if (message.lock !== undefined) this.unsettled.set(message.lock.token, delivery);
  }

  isDraining(): boolean {
    return this.draining;
  }

  drained(): void {
    if (!this.draining) return;
    this.draining = false;
    this.used = Math.max(this.used, creditLimit(this.sender));
    reportDrained(this.sender);
  }

  private settle(outcome: (typeof OUTCOMES)[number], delivery: Delivery): void {
    const token = Buffer.from(delivery.tag).toString('hex');
    this.unsettled.delete(token);
    const result = this.entity.queue.settle(token, settlementOf(outcome, delivery));
    this.broker.afterCommit(() => {
      if (result.ok) settleAccepted(delivery);
      else settleRejected(delivery, errorOf(result.code));
    });
    this.broker.touch(this.entity);
  }

  private clearLost(): void {
    if (this.unsettled.size < MOST_UNSETTLED) return;
    for (const [token, delivery] of this.unsettled) {
      if (this.entity.queue.holds(token)) return;
      this.unsettled.delete(token);
      settleRejected(
        delivery,
        errorOf(this.entity.queue.rules.requiresSession ? 'sessionLockLost' : 'messageLockLost'),
      );
    }
  }
}
