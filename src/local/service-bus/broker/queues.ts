import { randomUUID } from 'node:crypto';
import type { QueueDeclaration } from '#platform/queues.ts';
import type { QueueRules } from '../queue/ports.ts';
import { MessageQueue } from '../queue/queue.ts';
import type { Contents, Store } from '../store/store.ts';
import { createJournal } from './journal.ts';

export type QueuePair = {
  readonly declaration: QueueDeclaration;
  readonly main: MessageQueue;
  readonly deadLetters: MessageQueue;
};

/** Sequence numbers are reserved in the store by the block; a kill loses at most one block. */
const BLOCK = 1_000;

/** Builds every declared queue and fills it from the store; what other queues left behind stays in the store. */
export function restoreQueues(
  declarations: readonly QueueDeclaration[],
  store: Store,
): Map<string, QueuePair> {
  const contents = store.load();
  const messages = [...contents.messages];
  let lastId = messages.reduce((highest, one) => Math.max(highest, one.message.id), 0);
  const counters = new Map([...contents.counters].map(({ queue, next }) => [queue, next]));
  const pairs = new Map<string, QueuePair>();
  for (const declaration of declarations) {
    const name = declaration.name.toLowerCase();
    const identities = {
      messageId: () => ++lastId,
      sequenceNumber: countFrom(counters.get(name) ?? 1, (next) => store.counter(name, next)),
      lockToken: () => randomUUID().replaceAll('-', ''),
    };
    const deadLetters = new MessageQueue({
      rules: deadLetterRules(declaration),
      journal: createJournal({ queue: name, deadLetters: true }, store),
      identities,
      deadLetters: undefined,
    });
    const main = new MessageQueue({
      rules: rulesOf(declaration),
      journal: createJournal({ queue: name, deadLetters: false }, store),
      identities,
      deadLetters,
    });
    pairs.set(name, { declaration, main, deadLetters });
  }
  fill(pairs, { ...contents, messages });
  return pairs;
}

function fill(pairs: Map<string, QueuePair>, contents: Contents): void {
  for (const { place, message } of contents.messages) {
    const pair = pairs.get(place.queue);
    (place.deadLetters ? pair?.deadLetters : pair?.main)?.restore(message);
  }
  for (const { queue, messageId, until } of contents.duplicates) {
    pairs.get(queue)?.main.restoreId(messageId, until);
  }
  for (const { queue, sessionId, state } of contents.sessions) {
    pairs.get(queue)?.main.restoreSession(sessionId, state);
  }
}

function countFrom(first: number, reserve: (next: number) => void): () => number {
  let next = first;
  let reserved = first;
  return function nextNumber() {
    if (next >= reserved) {
      reserved = next + BLOCK;
      reserve(reserved);
    }
    next += 1;
    return next - 1;
  };
}

function rulesOf(declaration: QueueDeclaration): QueueRules {
  return {
    lockDuration: declaration.lockDurationSeconds * 1_000,
    maxDeliveryCount: declaration.maxDeliveryCount,
    defaultTimeToLive: declaration.defaultMessageTimeToLiveSeconds * 1_000,
    deadLetterOnExpiration: declaration.deadLetteringOnMessageExpiration,
    duplicateWindow:
      declaration.duplicateDetectionWindowSeconds === undefined
        ? undefined
        : declaration.duplicateDetectionWindowSeconds * 1_000,
    requiresSession: declaration.requiresSession ?? false,
    maxBytes: declaration.maxSizeInMegabytes * 1024 * 1024,
  };
}

/** Messages in a dead-letter queue neither expire nor run out of deliveries, and have no sessions. */
function deadLetterRules(declaration: QueueDeclaration): QueueRules {
  return {
    ...rulesOf(declaration),
    maxDeliveryCount: Number.POSITIVE_INFINITY,
    defaultTimeToLive: Number.POSITIVE_INFINITY,
    deadLetterOnExpiration: false,
    duplicateWindow: undefined,
    requiresSession: false,
  };
}
