import type { Message } from './message.ts';
import type { Identities, Journal } from './ports.ts';

type Name = 'main' | 'dead';

export type RecordingJournal = {
  readonly identities: Omit<Identities, 'lockToken'>;
  of(name: Name): Journal;
  /** What a restart would find, by id. */
  contents(): Message[];
};

/** Replays the journal as a store would, and fails on a change to a message it does not have. */
export function recordingJournal(): RecordingJournal {
  const stored = new Map<number, Message>();
  let ids = 0;
  let sequenceNumbers = 0;

  function replace(message: Message): void {
    if (!stored.has(message.id)) throw new Error(`Message ${message.id} is not stored.`);
    stored.set(message.id, { ...message, lock: undefined });
  }

  const journal: Journal = {
    inserted: (message) => void stored.set(message.id, { ...message, lock: undefined }),
    changed: replace,
    removed(message) {
      if (!stored.delete(message.id)) throw new Error(`Message ${message.id} is not stored.`);
    },
    rememberedId() {},
    forgotIds() {},
    sessionState() {},
  };

  return {
    identities: { messageId: () => ++ids, sequenceNumber: () => ++sequenceNumbers },
    of: () => journal,
    contents: () => [...stored.values()].toSorted((a, b) => a.id - b.id),
  };
}
