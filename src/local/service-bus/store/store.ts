import type { Message } from '../queue/message.ts';

/** Which of the two queues under one name a message is in. */
export type Place = { readonly queue: string; readonly deadLetters: boolean };

export type StoredMessage = { readonly place: Place; readonly message: Message };

export type Contents = {
  readonly messages: Iterable<StoredMessage>;
  readonly duplicates: Iterable<{ queue: string; messageId: string; until: number }>;
  readonly sessions: Iterable<{ queue: string; sessionId: string; state: Buffer }>;
  readonly counters: Iterable<{ queue: string; next: number }>;
};

/**
 * Keeps what must survive a restart. Writes are collected and take effect together in {@link Store.commit},
 * which throws a StoreError when they cannot be made durable.
 */
export type Store = {
  load(): Contents;
  payload(id: number): Buffer;
  insert(place: Place, message: Message, payload: Buffer): void;
  update(place: Place, message: Message, payload: Buffer | undefined): void;
  remove(id: number): void;
  rememberId(queue: string, messageId: string, until: number): void;
  forgetIds(queue: string, until: number): void;
  sessionState(queue: string, sessionId: string, state: Buffer | undefined): void;
  /** The lowest sequence number that has never been given out. */
  counter(queue: string, next: number): void;
  hasWrites(): boolean;
  commit(): void;
  close(): void;
};

export class StoreError extends Error {
  override readonly name = 'StoreError';
}
