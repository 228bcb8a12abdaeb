import type { MessageState } from '../queue/message.ts';
import type { StoredMessage } from './store.ts';

type Row = Record<string, unknown>;

export function messageOf(row: Row): StoredMessage {
  return {
    place: { queue: String(row.queue), deadLetters: row.dead_letters === 1 },
    message: {
      id: Number(row.id),
      sequenceNumber: Number(row.sequence_number),
      state: stateOf(row.state),
      enqueuedAt: Number(row.enqueued_at),
      scheduledFor: row.scheduled_for === null ? undefined : Number(row.scheduled_for),
      timeToLive: row.time_to_live === null ? Number.POSITIVE_INFINITY : Number(row.time_to_live),
      deliveryCount: Number(row.delivery_count),
      sessionId: typeof row.session_id === 'string' ? row.session_id : undefined,
      size: Number(row.size),
      lock: undefined,
    },
  };
}

export function duplicateOf(row: Row) {
  return {
    queue: String(row.queue),
    messageId: String(row.message_id),
    until: Number(row.until),
  };
}

export function sessionOf(row: Row) {
  const state = row.state;
  return {
    queue: String(row.queue),
    sessionId: String(row.session_id),
    state: Buffer.from(state instanceof Uint8Array ? state : []),
  };
}

export function counterOf(row: Row) {
  return { queue: String(row.queue), next: Number(row.next) };
}

function stateOf(value: unknown): MessageState {
  if (value === 'active' || value === 'deferred' || value === 'scheduled') return value;
  throw new Error(`a message is in the unknown state ${String(value)}`);
}
