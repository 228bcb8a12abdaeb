import { hash } from 'node:crypto';
import type { EventStore, StoredEvent } from './store.ts';

/** An event as a sender gives it: encoded, and with the key that decides its partition. */
export type NewEvent = { readonly payload: Buffer; readonly partitionKey: string | undefined };

export type PartitionState = {
  /** Sequence number of the oldest event that is kept. */
  readonly first: number;
  /** Sequence number of the newest event, -1 where there was none. */
  readonly last: number;
  /** Epoch milliseconds. */
  readonly lastEnqueuedAt: number;
};

const KEPT = 10_000;

/** An event hub: logs that are only added to, each with the readers that wait at its end. */
export class Hub {
  readonly name: string;
  readonly createdAt = new Date();
  readonly partitionIds: readonly string[];
  readonly #store: EventStore;
  readonly #states: PartitionState[];
  readonly #waiting: Set<() => void>[];
  #next = 0;

  constructor(name: string, partitions: number, store: EventStore) {
    this.name = name;
    this.#store = store;
    this.partitionIds = Array.from({ length: partitions }, (_, index) => String(index));
    this.#states = this.partitionIds.map((_, index) => store.stateOf(name, index));
    this.#waiting = this.partitionIds.map(() => new Set());
  }

  state(partition: number): PartitionState {
    return this.#states[partition] ?? { first: 0, last: -1, lastEnqueuedAt: 0 };
  }

  /** Keeps the events of one transfer, in one partition; they are durable when this returns. */
  append(events: readonly NewEvent[], partition: number | undefined): void {
    const [event] = events;
    if (!event) return;
    const index = partition ?? this.#choose(event.partitionKey);
    const { last } = this.state(index);
    const now = Date.now();
    const stored = events.map(({ payload }, place) => ({
      sequence: last + 1 + place,
      enqueuedAt: now,
      payload,
    }));
    const first = Math.max(this.state(index).first, last + stored.length - KEPT + 1);
    this.#store.append({ hub: this.name, partition: index }, stored, first);
    this.#states[index] = { first, last: last + stored.length, lastEnqueuedAt: now };
    for (const wake of this.#waiting[index] ?? []) wake();
  }

  read(partition: number, from: number, limit: number): StoredEvent[] {
    return this.#store.read({ hub: this.name, partition }, from, limit);
  }

  /** Calls back when events are added; returns what ends that. */
  onAppend(partition: number, wake: () => void): () => void {
    this.#waiting[partition]?.add(wake);
    return () => this.#waiting[partition]?.delete(wake);
  }

  /** Events of one key go to one partition, others around. */
  #choose(partitionKey: string | undefined): number {
    if (partitionKey !== undefined)
      return hash('sha256', partitionKey, 'buffer').readUInt32BE(0) % this.partitionIds.length;
    this.#next += 1;
    return this.#next % this.partitionIds.length;
  }
}
