export { type CloudEvent, eventId } from './cloudEvent.ts';
export { type OutboxPorts, outboxWrites, publishOutbox, sweepOutbox } from './outbox.ts';
export { EVENT_BATCH, eventsQueue } from './queue.ts';
