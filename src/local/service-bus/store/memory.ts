import type { Store } from './store.ts';

/** Keeps payloads while the process lives, and nothing beyond it. */
export function createMemoryStore(): Store {
  const payloads = new Map<number, Buffer>();
  return {
    load: () => ({ messages: [], duplicates: [], sessions: [], counters: [] }),
    payload: (id) => payloads.get(id) ?? Buffer.alloc(0),
    insert(_place, message, payload) {
      payloads.set(message.id, payload);
    },
    update(_place, message, payload) {
      if (payload !== undefined) payloads.set(message.id, payload);
    },
    remove(id) {
      payloads.delete(id);
    },
    rememberId() {},
    forgetIds() {},
    sessionState() {},
    counter() {},
    hasWrites: () => false,
    commit() {},
    close() {},
  };
}
