import { randomUUID } from 'node:crypto';
import type { Sender } from 'rhea';
import rhea from 'rhea';
import type { Broker } from '../broker/broker.ts';
import type { Entity } from '../broker/entity.ts';
import type { SessionLock } from '../queue/sessions.ts';
import { type ErrorCode, errorOf } from './errors.ts';
import { whenGone } from './lifetime.ts';
import { holdAttach, setAttachProperties } from './rhea.ts';

export const SESSION_FILTER = 'com.microsoft:session-filter';
const DEFAULT_TIMEOUT = 60_000;
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;
const TICKS_PER_MILLISECOND = 10_000n;

type Acceptance = {
  readonly sender: Sender;
  readonly entity: Entity;
  readonly broker: Broker;
  readonly accepted: (lock: SessionLock) => void;
};

/** Returns undefined when the link asks for no session, null when it asks for any, else the id. */
export function requestedSession(sender: Sender): string | null | undefined {
  const filter: unknown = sender.source?.filter;
  if (typeof filter !== 'object' || filter === null || !(SESSION_FILTER in filter)) return undefined;
  const value: unknown = filter[SESSION_FILTER];
  return typeof value === 'string' ? value : null;
}

/**
 * Attaches a link to a session, at once or, when any will do, as soon as one is there.
 * https://learn.microsoft.com/azure/service-bus-messaging/message-sessions
 */
export function acceptSession(acceptance: Acceptance, sessionId: string | null): void {
  const { sender, entity, broker } = acceptance;
  if (sessionId !== null || entity.queue.hasAcceptableSession()) {
    attach(acceptance, sessionId ?? undefined);
    return;
  }
  holdAttach(sender);
  const waiter = {
    accept() {
      clearTimeout(timer);
      attach(acceptance, undefined);
    },
  };
  const timer = setTimeout(() => {
    entity.removeWaiter(waiter);
    refuse(sender, 'sessionTimeout');
  }, timeoutOf(sender));
  entity.addWaiter(waiter);
  function leave(): void {
    clearTimeout(timer);
    entity.removeWaiter(waiter);
  }
  whenGone(sender, leave);
  broker.touch(entity);
}

/** Answers an attach with an empty source and closes the link with the reason: AMQP 1.0 part 2, section 2.6.3. */
export function refuse(sender: Sender, code: ErrorCode): void {
  sender.open();
  sender.close(errorOf(code));
}

function attach(acceptance: Acceptance, sessionId: string | undefined): void {
  const { sender, entity } = acceptance;
  const result = entity.queue.acceptSession(sessionId, randomUUID(), Date.now());
  if (!result.ok) {
    refuse(sender, result.code);
    return;
  }
  const lock = result.value;
  sender.set_source({ address: sender.source.address, filter: { [SESSION_FILTER]: lock.sessionId } });
  setAttachProperties(sender, {
    'com.microsoft:locked-until-utc': rhea.types.wrap_long(ticksOf(lock.until)),
  });
  sender.open();
  entity.addHolder(lock.holder, () => sender.close(errorOf('sessionLockLost')));
  acceptance.accepted(lock);
}

function timeoutOf(sender: Sender): number {
  const timeout: unknown = sender.properties?.['com.microsoft:timeout'];
  return typeof timeout === 'number' ? timeout : DEFAULT_TIMEOUT;
}

/** Returns a .NET time: units of 100 ns since the year 1. */
function ticksOf(time: number): Buffer {
  const ticks = Buffer.alloc(8);
  ticks.writeBigInt64BE(BigInt(time) * TICKS_PER_MILLISECOND + TICKS_AT_EPOCH);
  return ticks;
}
