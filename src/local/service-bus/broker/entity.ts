import type { MessageQueue } from '../queue/queue.ts';
import type { SessionLock } from '../queue/sessions.ts';
import type { Store } from '../store/store.ts';
import type { Consumer, SessionWaiter } from './consumer.ts';

export type EntityOptions = {
  readonly queue: MessageQueue;
  readonly deadLetters: Entity | undefined;
  readonly store: Store;
  /** Runs a callback once all that was written before is durable. */
  afterCommit(callback: () => void): void;
};

/** A queue or dead-letter queue together with those who receive from it. */
export class Entity {
  readonly queue: MessageQueue;
  /** Absent in a dead-letter queue itself. */
  readonly deadLetters: Entity | undefined;
  private readonly options: EntityOptions;
  private readonly consumers: Consumer[] = [];
  private readonly waiters = new Set<SessionWaiter>();
  private readonly holders = new Map<string, () => void>();

  constructor(options: EntityOptions) {
    this.queue = options.queue;
    this.deadLetters = options.deadLetters;
    this.options = options;
  }

  addConsumer(consumer: Consumer): void {
    this.consumers.push(consumer);
  }

  removeConsumer(consumer: Consumer): void {
    const index = this.consumers.indexOf(consumer);
    if (index >= 0) this.consumers.splice(index, 1);
  }

  addWaiter(waiter: SessionWaiter): void {
    this.waiters.add(waiter);
  }

  removeWaiter(waiter: SessionWaiter): void {
    this.waiters.delete(waiter);
  }

  /** `lost` is called when the lock runs out before the holder lets go. */
  addHolder(holder: string, lost: () => void): void {
    this.holders.set(holder, lost);
  }

  removeHolder(holder: string): void {
    this.holders.delete(holder);
  }

  advance(now: number): void {
    for (const lock of this.queue.advance(now)) this.loseSession(lock);
  }

  /** Hands out whatever can be delivered, to the receivers in turn. */
  pump(now: number): void {
    this.serveWaiters();
    while (this.deliverRound(now) > 0);
    for (const consumer of this.consumers) {
      if (consumer.isDraining()) this.options.afterCommit(() => consumer.drained());
    }
  }

  private serveWaiters(): void {
    for (const waiter of this.waiters) {
      if (!this.queue.hasAcceptableSession()) return;
      this.waiters.delete(waiter);
      waiter.accept();
    }
  }

  /** Gives each receiver at most one message; who had his turn goes to the end. */
  private deliverRound(now: number): number {
    let delivered = 0;
    for (const consumer of this.consumers.slice()) {
      if (!this.deliverOne(consumer, now)) continue;
      delivered += 1;
      this.removeConsumer(consumer);
      this.consumers.push(consumer);
    }
    return delivered;
  }

  private deliverOne(consumer: Consumer, now: number): boolean {
    if (!consumer.hasCredit()) return false;
    const message = this.queue.next(consumer.sessionId);
    if (message === undefined) return false;
    const payload = this.options.store.payload(message.id);
    this.queue.take(message, consumer.forgets, now);
    consumer.reserve();
    if (consumer.forgets) this.options.afterCommit(() => consumer.deliver(message, payload));
    else consumer.deliver(message, payload);
    return true;
  }

  private loseSession(lock: SessionLock): void {
    const lost = this.holders.get(lock.holder);
    this.holders.delete(lock.holder);
    lost?.();
  }
}
