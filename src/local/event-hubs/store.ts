import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PartitionState } from './hub.ts';

export type StoredEvent = {
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly enqueuedAt: number;
  readonly payload: Buffer;
};
type Place = { readonly hub: string; readonly partition: number };

/** Keeps the events of every partition in the order in which they came. */
export type EventStore = {
  stateOf(hub: string, partition: number): PartitionState;
  /** Adds events and forgets those before `first`, all at once; synced to the disk. */
  append(place: Place, events: readonly StoredEvent[], first: number): void;
  read(place: Place, from: number, limit: number): StoredEvent[];
  close(): void;
};

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    hub TEXT NOT NULL, partition INTEGER NOT NULL, sequence INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (hub, partition, sequence)
  ) WITHOUT ROWID;`;

/** Opens the store in a directory, which it creates; without one it lives as long as the process. */
export function openStore(directory: string | undefined): EventStore {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(directory === undefined ? ':memory:' : join(directory, 'event-hubs.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(SCHEMA);
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)');
  const forget = database.prepare('DELETE FROM events WHERE hub = ? AND partition = ? AND sequence < ?');
  const select = database.prepare(
    'SELECT sequence, enqueued_at, payload FROM events WHERE hub = ? AND partition = ? AND sequence >= ? ORDER BY sequence LIMIT ?',
  );
  const state = database.prepare(
    'SELECT min(sequence) AS first, max(sequence) AS last, max(enqueued_at) AS at FROM events WHERE hub = ? AND partition = ?',
  );
  return {
    stateOf(hub, partition) {
      const { first, last, at } = state.get(hub, partition) ?? {};
      return { first: Number(first ?? 0), last: Number(last ?? -1), lastEnqueuedAt: Number(at ?? 0) };
    },
    append({ hub, partition }, events, first) {
      database.exec('BEGIN IMMEDIATE');
      for (const { sequence, enqueuedAt, payload } of events)
        insert.run(hub, partition, sequence, enqueuedAt, payload);
      forget.run(hub, partition, first);
      database.exec('COMMIT');
    },
    read: ({ hub, partition }, from, limit) => select.all(hub, partition, from, limit).map(toEvent),
    close: () => database.close(),
  };
}

function toEvent(row: Record<string, unknown>): StoredEvent {
  const { sequence, enqueued_at: enqueuedAt, payload } = row;
  if (!(payload instanceof Uint8Array)) throw new TypeError(`event ${String(sequence)} has no payload`);
  return { sequence: Number(sequence), enqueuedAt: Number(enqueuedAt), payload: Buffer.from(payload) };
}
