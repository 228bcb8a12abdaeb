import type { QueueDeclaration } from '#platform/queues.ts';
import type { Address } from '../address.ts';
import type { Store } from '../store/store.ts';
import { countsOf, type QueueCounts } from './counts.ts';
import { Entity } from './entity.ts';
import { type QueuePair, restoreQueues } from './queues.ts';

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs the queues: commits the changes of one turn of the event loop together, answers only what is committed,
 * delivers, and wakes exactly when a lock, a schedule or a life runs out.
 */
export class Broker {
  private readonly store: Store;
  private readonly onFailure: (error: Error) => void;
  private readonly pairs: Map<string, QueuePair>;
  private readonly entities = new Map<string, Entity>();
  private readonly dirty = new Set<Entity>();
  private callbacks: (() => void)[] = [];
  private turn: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: {
    store: Store;
    queues: readonly QueueDeclaration[];
    onFailure: (error: Error) => void;
  }) {
    this.store = options.store;
    this.onFailure = options.onFailure;
    this.pairs = restoreQueues(options.queues, this.store);
    const ports = { store: this.store, afterCommit: (callback: () => void) => this.afterCommit(callback) };
    for (const [name, pair] of this.pairs) {
      const deadLetters = new Entity({ ...ports, queue: pair.deadLetters, deadLetters: undefined });
      this.entities.set(`${name}/$deadletterqueue`, deadLetters);
      this.entities.set(name, new Entity({ ...ports, queue: pair.main, deadLetters }));
    }
    this.wake();
  }

  find(address: Address): Entity | undefined {
    const entity = this.entities.get(address.queue);
    return address.deadLetters ? entity?.deadLetters : entity;
  }

  /** Marks an entity as perhaps having something to deliver, after this turn's changes are committed. */
  touch(entity: Entity): void {
    this.dirty.add(entity);
    if (entity.deadLetters !== undefined) this.dirty.add(entity.deadLetters);
    this.wake();
  }

  afterCommit(callback: () => void): void {
    this.callbacks.push(callback);
    this.wake();
  }

  payload(id: number): Buffer {
    return this.store.payload(id);
  }

  counts(): QueueCounts[] {
    return [...this.pairs.values()].map(({ declaration, main, deadLetters }) =>
      countsOf(declaration.name, main, deadLetters),
    );
  }

  close(): void {
    this.stop();
    this.store.close();
  }

  private stop(): void {
    this.closed = true;
    clearImmediate(this.turn);
    clearTimeout(this.timer);
  }

  private wake(): void {
    if (this.turn !== undefined || this.closed) return;
    this.turn = setImmediate(() => this.run());
  }

  private run(): void {
    this.turn = undefined;
    try {
      this.advance();
      this.drainWork();
      this.arm();
    } catch (cause) {
      this.stop();
      this.onFailure(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  private advance(): void {
    const now = Date.now();
    for (const entity of this.entities.values()) {
      if (entity.queue.nextDeadline() > now) continue;
      entity.advance(now);
      this.touch(entity);
    }
  }

  private drainWork(): void {
    while (this.dirty.size > 0 || this.callbacks.length > 0 || this.store.hasWrites()) {
      this.store.commit();
      const due = this.callbacks;
      this.callbacks = [];
      for (const callback of due) callback();
      const entities = [...this.dirty];
      this.dirty.clear();
      for (const entity of entities) entity.pump(Date.now());
    }
    clearImmediate(this.turn);
    this.turn = undefined;
  }

  private arm(): void {
    clearTimeout(this.timer);
    let deadline = Number.POSITIVE_INFINITY;
    for (const entity of this.entities.values()) deadline = Math.min(deadline, entity.queue.nextDeadline());
    if (deadline === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(() => this.run(), Math.min(Math.max(deadline - Date.now(), 0), LONGEST_TIMER));
  }
}
