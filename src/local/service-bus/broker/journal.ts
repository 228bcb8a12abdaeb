import { withProperties } from '../amqp/outgoing.ts';
import type { Journal } from '../queue/ports.ts';
import type { Place, Store } from '../store/store.ts';

/** Writes the changes of one queue to the store. */
export function createJournal(place: Place, store: Store): Journal {
  return {
    inserted: (message, payload) => store.insert(place, message, payload),
    changed(message, properties) {
      const payload =
        properties === undefined ? undefined : withProperties(store.payload(message.id), properties);
      store.update(place, message, payload);
    },
    removed: (message) => store.remove(message.id),
    rememberedId: (messageId, until) => store.rememberId(place.queue, messageId, until),
    forgotIds: (until) => store.forgetIds(place.queue, until),
    sessionState: (sessionId, state) => store.sessionState(place.queue, sessionId, state),
  };
}
