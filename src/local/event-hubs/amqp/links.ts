import type { EventContext, Receiver, Sender } from 'rhea';
import { whenGone } from '#local/service-bus/amqp/lifetime.ts';
import { adoptSettleModes, settleAccepted, settleRejected } from '#local/service-bus/amqp/rhea.ts';
import type { Hub } from '../hub.ts';
import { encodeForDelivery, parseTransfer } from './encode.ts';

/** Standard tier: 1 MB a transfer. */
export const MAX_TRANSFER = 1024 * 1024;
const CREDIT = 1_000;
const BATCH = 100;

/** Takes in what a client sends; each transfer is confirmed once it is durable. */
export function receiveEvents(receiver: Receiver, hub: Hub, partition: number | undefined): void {
  receiver.add_credit(CREDIT);
  receiver.on('message', ({ message, delivery }: EventContext) => {
    const body: unknown = message;
    if (delivery === undefined || !Buffer.isBuffer(body)) return;
    receiver.add_credit(1);
    if (body.length > MAX_TRANSFER) {
      const description = `The received message exceeds the limit of ${MAX_TRANSFER} bytes currently allowed.`;
      settleRejected(delivery, { condition: 'amqp:link:message-size-exceeded', description });
      return;
    }
    try {
      hub.append(parseTransfer(body, delivery.format), partition);
      settleAccepted(delivery);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      settleRejected(delivery, {
        condition: 'amqp:decode-error',
        description: 'The event is not well formed.',
      });
    }
  });
}

/** Delivers a partition from a sequence number on, as far as the client grants credit, and what comes later. */
export function deliverEvents(sender: Sender, hub: Hub, place: { partition: number; from: number }): void {
  let next = place.from;
  function pump(): void {
    while (sender.sendable()) {
      const events = hub.read(place.partition, next, BATCH);
      if (events.length === 0) return;
      for (const event of events) {
        if (!sender.sendable()) return;
        sender.send(encodeForDelivery(event), undefined, 0);
        next = event.sequence + 1;
      }
    }
  }
  adoptSettleModes(sender);
  sender.on('sender_flow', pump);
  sender.on('sendable', pump);
  whenGone(sender, hub.onAppend(place.partition, pump));
  pump();
}
