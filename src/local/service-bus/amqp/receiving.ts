import type { EventContext, Receiver } from 'rhea';
import type { Broker } from '../broker/broker.ts';
import type { Entity } from '../broker/entity.ts';
import type { Incoming } from '../queue/message.ts';
import { errorOf } from './errors.ts';
import { parseTransfer } from './incoming.ts';
import { settleAccepted, settleRejected } from './rhea.ts';

/** Standard tier: 256 KB a transfer, also for a batch. */
export const MAX_MESSAGE_SIZE = 256 * 1024;
const CREDIT = 1_000;
const TOP_UP = CREDIT / 4;

/** Takes in what a client sends over a link; each transfer is confirmed once it is durable. */
export function receiveTransfers(receiver: Receiver, entity: Entity, broker: Broker): void {
  let settled = 0;
  receiver.add_credit(CREDIT);

  function settle(): void {
    settled += 1;
    if (settled < TOP_UP) return;
    receiver.add_credit(settled);
    settled = 0;
  }

  receiver.on('message', ({ message, delivery }: EventContext) => {
    const body: unknown = message;
    if (delivery === undefined || !Buffer.isBuffer(body)) return;
    const outcome = accept(body, delivery.format, entity);
    if (outcome.ok) broker.touch(entity);
    broker.afterCommit(() => {
      if (outcome.ok) settleAccepted(delivery);
      else settleRejected(delivery, errorOf(outcome.code));
      settle();
    });
  });
}

function accept(body: Buffer, format: number, entity: Entity) {
  if (body.length > MAX_MESSAGE_SIZE) return { ok: false, code: 'messageTooLarge' } as const;
  const now = Date.now();
  const incoming = parse(body, format, now);
  if (incoming === undefined) return { ok: false, code: 'undecodable' } as const;
  return entity.queue.enqueue(incoming, now);
}

function parse(body: Buffer, format: number, now: number): Incoming[] | undefined {
  try {
    return parseTransfer(body, format, now);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
