/**
 * Everything that rhea can do but its typings or its public API do not offer.
 * rhea 3.0.5: lib/link.js, lib/session.js, lib/message.js, lib/endpoint.js.
 */
import rhea, { type AmqpError, type Delivery, type link, type Sender, type Session } from 'rhea';
import { SECTION, sectionsOf } from './encoding.ts';

type Composite = { described(): unknown };

const outcomes = rhea.message as unknown as {
  accepted(): Composite;
  rejected(fields: { error: AmqpError }): Composite;
};

type LinkInternals = {
  credit: number;
  delivery_count: number;
  _draining: boolean;
  _drained: boolean;
  _get_drain(): boolean;
  local: { attach: { properties?: object; snd_settle_mode?: number; rcv_settle_mode?: number } };
  state: { local_open: boolean; open_requests: number };
};

type SessionInternals = {
  on_transfer(frame: { performative: { message_format: number | null | undefined } }): void;
};

/** rhea decodes transfers of format 0 and forgets their bytes; under any other format it hands over the bytes. */
export const PLAIN_FORMAT = 0x7fffffff;

export function keepTransfersEncoded(session: Session): void {
  const internals = session as unknown as SessionInternals;
  const original = internals.on_transfer.bind(session);
  internals.on_transfer = function onTransfer(frame) {
    if (!frame.performative.message_format) frame.performative.message_format = PLAIN_FORMAT;
    original(frame);
  };
}

/** Returns the delivery count up to which the receiver has granted credit, whatever rhea has sent by now. */
export function creditLimit(sender: Sender): number {
  const internals = sender as unknown as LinkInternals;
  return internals.delivery_count + internals.credit;
}

/** Makes a drain be confirmed also if sending has used up all the credit; rhea would stay silent. */
export function confirmEveryDrain(sender: Sender): void {
  const internals = sender as unknown as LinkInternals;
  internals._get_drain = function getDrain() {
    if (!internals._draining || !internals._drained) return false;
    internals.delivery_count += internals.credit;
    internals.credit = 0;
    internals._draining = false;
    return true;
  };
}

/** Tells the peer that the link is drained. Wakes rhea, which a change from outside its handlers does not. */
export function reportDrained(sender: Sender): void {
  sender.set_drained(true);
  (sender.connection as unknown as { _register(): void })._register();
}

export function setAttachProperties(target: link, properties: Record<string, unknown>): void {
  (target as unknown as LinkInternals).local.attach.properties = properties;
}

/** Settles deliveries as the peer asked for in its attach; rhea does not take that over. */
export function adoptSettleModes(target: link): void {
  const { attach } = (target as unknown as LinkInternals).local;
  attach.snd_settle_mode = target.snd_settle_mode;
  attach.rcv_settle_mode = target.rcv_settle_mode;
}

/** Keeps rhea from answering an attach until `link.open()` is called. To be called in the open handler. */
export function holdAttach(target: link): void {
  const { state } = target as unknown as LinkInternals;
  state.local_open = false;
  state.open_requests = 0;
}

export function settleAccepted(delivery: Delivery): void {
  delivery.update(true, outcomes.accepted().described());
}

export function settleRejected(delivery: Delivery, error: AmqpError): void {
  delivery.update(true, outcomes.rejected({ error }).described());
}

/** Returns one application-properties section. */
export function encodeProperties(properties: Record<string, unknown>): Buffer {
  const encoded = rhea.message.encode({ application_properties: properties, body: null });
  const section = sectionsOf(encoded).find((one) => one.code === SECTION.applicationProperties);
  return encoded.subarray(section?.start, section?.end);
}
