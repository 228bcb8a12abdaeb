import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Message } from '../queue/message.ts';
import { PayloadCache } from './cache.ts';
import { counterOf, duplicateOf, messageOf, sessionOf } from './rows.ts';
import { SCHEMA, SCHEMA_VERSION, STATEMENTS } from './schema.ts';
import { type Place, type Store, StoreError } from './store.ts';

type StatementName = keyof typeof STATEMENTS;
const CACHE_BYTES = 64 * 1024 * 1024;

/**
 * Opens the store in a directory, which it creates. Throws a StoreError that says in one line what is wrong.
 * A commit is synced to the disk: what is confirmed survives the death of the process, and of the machine.
 */
export function openSqliteStore(directory: string): Store {
  const database = guard(directory, () => openDatabase(directory));
  const statements = guard(directory, () => prepareAll(database));
  const cache = new PayloadCache(CACHE_BYTES);
  let writes: [StatementName, SQLInputValue[]][] = [];
  let broken = false;

  function write(name: StatementName, ...values: SQLInputValue[]): void {
    writes.push([name, values]);
  }

  function commit(): void {
    if (writes.length === 0 || broken) return;
    const batch = writes;
    writes = [];
    broken = true;
    guard(directory, () => {
      database.exec('BEGIN IMMEDIATE');
      for (const [name, values] of batch) statements[name].run(...values);
      database.exec('COMMIT');
    });
    broken = false;
  }

  return {
    load: () => guard(directory, () => contents(statements)),
    payload: (id) => cache.get(id) ?? guard(directory, () => payloadOf(statements, id)),
    insert(place, message, payload) {
      cache.set(message.id, payload);
      write(
        'insert',
        message.id,
        place.queue,
        ...mutable(place, message),
        message.sessionId ?? null,
        payload,
      );
    },
    update(place, message, payload) {
      if (payload !== undefined) cache.set(message.id, payload);
      write('update', ...mutable(place, message), payload ?? null, message.id);
    },
    remove(id) {
      cache.delete(id);
      write('remove', id);
    },
    rememberId: (queue, messageId, until) => write('rememberId', queue, messageId, until),
    forgetIds: (queue, until) => write('forgetIds', queue, until),
    sessionState(queue, sessionId, state) {
      if (state === undefined) write('dropSession', queue, sessionId);
      else write('saveSession', queue, sessionId, state);
    },
    counter: (queue, next) => write('counter', queue, next),
    hasWrites: () => writes.length > 0,
    commit,
    close() {
      commit();
      database.close();
    },
  };
}

function openDatabase(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'service-bus.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version !== 0 && version !== SCHEMA_VERSION) throw new Error(`its version ${version} is unknown`);
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  return database;
}

function prepareAll(database: DatabaseSync): Record<StatementName, StatementSync> {
  const names = Object.keys(STATEMENTS) as StatementName[];
  const entries = names.map((name) => [name, database.prepare(STATEMENTS[name])]);
  return Object.fromEntries(entries) as Record<StatementName, StatementSync>;
}

function contents(statements: Record<StatementName, StatementSync>) {
  return {
    messages: statements.messages.all().map(messageOf),
    duplicates: statements.duplicates.all().map(duplicateOf),
    sessions: statements.sessions.all().map(sessionOf),
    counters: statements.counters.all().map(counterOf),
  };
}

function payloadOf(statements: Record<StatementName, StatementSync>, id: number): Buffer {
  const payload = statements.payload.get(id)?.payload;
  if (!(payload instanceof Uint8Array)) throw new Error(`message ${id} is missing`);
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

function mutable(place: Place, message: Message): SQLInputValue[] {
  return [
    place.deadLetters ? 1 : 0,
    message.sequenceNumber,
    message.state,
    message.enqueuedAt,
    message.scheduledFor ?? null,
    Number.isFinite(message.timeToLive) ? message.timeToLive : null,
    message.deliveryCount,
  ];
}

function guard<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`The Service Bus data in ${directory} cannot be used: ${reason}`, { cause });
  }
}
