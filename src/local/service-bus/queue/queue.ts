import { Duplicates } from './duplicates.ts';
import {
  failure,
  type Incoming,
  type Message,
  type Properties,
  type Result,
  type Settlement,
  success,
} from './message.ts';
import type { Identities, Journal, QueueRules } from './ports.ts';
import { type Session, type SessionLock, Sessions } from './sessions.ts';
import { Shelves } from './shelves.ts';

export type QueueOptions = {
  readonly rules: QueueRules;
  readonly journal: Journal;
  readonly identities: Identities;
  /** Absent in a dead-letter queue itself. */
  readonly deadLetters: MessageQueue | undefined;
};

/**
 * One queue, or one dead-letter queue, as a state machine: no I/O and no clock, `now` is epoch milliseconds.
 * The caller runs {@link advance} before it looks at anything that depends on the time.
 * https://learn.microsoft.com/azure/service-bus-messaging/message-transfers-locks-settlement
 */
export class MessageQueue {
  readonly rules: QueueRules;
  private readonly journal: Journal;
  private readonly identities: Identities;
  private readonly deadLetters: MessageQueue | undefined;
  private readonly sessions = new Sessions();
  private readonly shelves: Shelves;
  /** By lock token. Without sessions all locks last equally long: insertion order is expiry order. */
  private readonly locks = new Map<string, Message>();
  private readonly duplicates = new Duplicates();

  constructor(options: QueueOptions) {
    this.rules = options.rules;
    this.journal = options.journal;
    this.identities = options.identities;
    this.deadLetters = options.deadLetters;
    this.shelves = new Shelves(options.rules.requiresSession ? this.sessions : undefined);
  }

  /** Accepts all of the messages or, with a failure, none. Duplicates are accepted and dropped. */
  enqueue(incoming: readonly Incoming[], now: number): Result<number[]> {
    if (this.rules.requiresSession && incoming.some((one) => one.sessionId === undefined)) {
      return failure('sessionRequired');
    }
    const bytes = incoming.reduce((sum, one) => sum + one.payload.length, 0);
    if (this.bytes + bytes > this.rules.maxBytes) return failure('queueFull');
    if (this.duplicates.forget(now)) this.journal.forgotIds(now);
    return success(incoming.map((one) => this.accept(one, now)));
  }

  /** Takes up a message read from the store, without journaling. */
  restore(message: Message): void {
    this.shelves.add(message);
  }

  restoreId(messageId: string, until: number): void {
    this.duplicates.remember(messageId, until);
  }

  restoreSession(sessionId: string, state: Buffer): void {
    this.sessions.get(sessionId).state = state;
  }

  /** Removes scheduled messages; none if one of them is not there. */
  cancelScheduled(sequenceNumbers: readonly number[]): Result<void> {
    const messages = this.shelves.find(sequenceNumbers, 'scheduled');
    if (messages === undefined) return failure('messageNotFound');
    for (const message of messages) this.drop(message);
    return success(undefined);
  }

  /** Returns the message that is to be delivered next. In a queue with sessions `sessionId` is needed. */
  next(sessionId: string | undefined): Message | undefined {
    return this.shelves.next(sessionId);
  }

  /** Locks a message that {@link next} or {@link findDeferred} returned, or removes it when `forget`. */
  take(message: Message, forget: boolean, now: number): void {
    if (forget) {
      this.drop(message);
      return;
    }
    this.shelves.withdraw(message);
    const session = this.sessionOf(message);
    const until = session?.lock?.until ?? now + this.rules.lockDuration;
    message.lock = { token: this.identities.lockToken(), until };
    this.locks.set(message.lock.token, message);
    session?.locked.add(message);
  }

  /** Returns deferred messages, to be taken with {@link take}; a failure if one of them cannot be had. */
  findDeferred(sequenceNumbers: readonly number[], sessionId: string | undefined): Result<Message[]> {
    if (this.rules.requiresSession && this.sessions.find(sessionId ?? '')?.lock === undefined) {
      return failure('sessionLockLost');
    }
    const messages = this.shelves.find(sequenceNumbers, 'deferred');
    return messages === undefined ? failure('messageNotFound') : success(messages);
  }

  holds(token: string): boolean {
    return this.locks.has(token);
  }

  settle(token: string, settlement: Settlement): Result<void> {
    const message = this.locks.get(token);
    if (message === undefined) return failure(this.lockLostCode);
    if (settlement.kind === 'deadLetter' && this.deadLetters === undefined) return failure('notAllowed');
    this.unlock(message);
    this.apply(message, settlement);
    return success(undefined);
  }

  /** Returns until when the lock now lasts. */
  renewLock(token: string, now: number): Result<number> {
    const message = this.locks.get(token);
    if (message?.lock === undefined || this.rules.requiresSession) return failure(this.lockLostCode);
    message.lock.until = now + this.rules.lockDuration;
    this.locks.delete(token);
    this.locks.set(token, message);
    return success(message.lock.until);
  }

  peek(sequenceNumber: number, count: number, sessionId: string | undefined): Message[] {
    return this.shelves.catalog.from(sequenceNumber, count, sessionId);
  }

  /** Locks the named session, or without a name the one that has waited longest. */
  acceptSession(sessionId: string | undefined, holder: string, now: number): Result<SessionLock> {
    const session = sessionId === undefined ? this.sessions.next() : this.sessions.get(sessionId);
    if (session === undefined || session.lock !== undefined) return failure('sessionCannotBeLocked');
    const lock = { sessionId: session.id, holder, until: now + this.rules.lockDuration };
    this.sessions.lock(session, lock);
    return success(lock);
  }

  renewSession(sessionId: string, now: number): Result<number> {
    const session = this.sessions.find(sessionId);
    if (session?.lock === undefined) return failure('sessionLockLost');
    session.lock.until = now + this.rules.lockDuration;
    this.sessions.lock(session, session.lock);
    return success(session.lock.until);
  }

  /** Gives a session back; its unsettled messages keep their delivery count. */
  releaseSession(lock: SessionLock): void {
    const session = this.sessions.find(lock.sessionId);
    if (session?.lock !== lock) return;
    this.unlockSession(session, { kind: 'release' });
  }

  sessionState(sessionId: string): Buffer | undefined {
    return this.sessions.find(sessionId)?.state;
  }

  setSessionState(sessionId: string, state: Buffer | undefined): Result<void> {
    const session = this.sessions.find(sessionId);
    if (session?.lock === undefined) return failure('sessionLockLost');
    session.state = state;
    this.journal.sessionState(sessionId, state);
    return success(undefined);
  }

  sessionIds(): string[] {
    return this.sessions.ids();
  }

  hasAcceptableSession(): boolean {
    return this.sessions.next() !== undefined;
  }

  /** Does all that was due by `now`; returns the session locks that ran out. */
  advance(now: number): SessionLock[] {
    const lost = this.expireSessions(now);
    this.expireLocks(now);
    for (let next = this.shelves.nextDue(now); next; next = this.shelves.nextDue(now)) {
      this.activate(next, now);
    }
    for (let next = this.shelves.nextExpired(now); next; next = this.shelves.nextExpired(now)) {
      this.expire(next);
    }
    return lost;
  }

  /** Returns when {@link advance} will next have something to do; Infinity = never. */
  nextDeadline(): number {
    const [locked] = this.rules.requiresSession ? [] : this.locks.values();
    return Math.min(
      locked?.lock?.until ?? Number.POSITIVE_INFINITY,
      this.sessions.oldestLock()?.until ?? Number.POSITIVE_INFINITY,
      this.shelves.nextDeadline(),
    );
  }

  get bytes(): number {
    return this.shelves.catalog.bytes + (this.deadLetters?.bytes ?? 0);
  }

  counts() {
    return {
      ...this.shelves.catalog.counts(),
      locked: this.locks.size,
      oldestEnqueuedAt: this.shelves.catalog.oldestEnqueuedAt(),
    };
  }

  private get lockLostCode() {
    return this.rules.requiresSession ? 'sessionLockLost' : 'messageLockLost';
  }

  private accept(incoming: Incoming, now: number): number {
    const sequenceNumber = this.identities.sequenceNumber();
    if (this.isDuplicate(incoming.messageId, now)) return sequenceNumber;
    const isScheduled = incoming.scheduledFor !== undefined && incoming.scheduledFor > now;
    const message: Message = {
      id: this.identities.messageId(),
      sequenceNumber,
      state: isScheduled ? 'scheduled' : 'active',
      enqueuedAt: now,
      scheduledFor: isScheduled ? incoming.scheduledFor : undefined,
      timeToLive: Math.min(incoming.timeToLive, this.rules.defaultTimeToLive),
      deliveryCount: 0,
      sessionId: incoming.sessionId,
      size: incoming.payload.length,
      lock: undefined,
    };
    this.journal.inserted(message, incoming.payload);
    this.restore(message);
    return sequenceNumber;
  }

  private isDuplicate(messageId: string | undefined, now: number): boolean {
    if (this.rules.duplicateWindow === undefined || messageId === undefined) return false;
    if (this.duplicates.has(messageId)) return true;
    const until = now + this.rules.duplicateWindow;
    this.duplicates.remember(messageId, until);
    this.journal.rememberedId(messageId, until);
    return false;
  }

  private unlock(message: Message): void {
    if (message.lock !== undefined) this.locks.delete(message.lock.token);
    message.lock = undefined;
    const session = this.sessionOf(message);
    if (session === undefined) return;
    session.locked.delete(message);
    this.sessions.changed(session);
  }

  private sessionOf(message: Message): Session | undefined {
    if (!this.rules.requiresSession || message.sessionId === undefined) return undefined;
    return this.sessions.get(message.sessionId);
  }

  private apply(message: Message, settlement: Settlement): void {
    switch (settlement.kind) {
      case 'complete':
        this.drop(message);
        return;
      case 'release':
        this.shelves.arrange(message);
        return;
      case 'abandon':
        this.giveBack(message, settlement.properties);
        return;
      case 'defer':
        message.state = 'deferred';
        this.journal.changed(message, settlement.properties);
        this.shelves.arrange(message);
        return;
      case 'deadLetter':
        this.bury(message, settlement.properties ?? {});
        return;
    }
  }

  /** After an abandon or a lost lock: another delivery has failed. */
  private giveBack(message: Message, properties?: Properties): void {
    message.deliveryCount += 1;
    if (message.deliveryCount >= this.rules.maxDeliveryCount && this.deadLetters !== undefined) {
      this.bury(message, {
        ...properties,
        DeadLetterReason: 'MaxDeliveryCountExceeded',
        DeadLetterErrorDescription: `Message could not be consumed after ${message.deliveryCount} delivery attempts.`,
      });
      return;
    }
    this.journal.changed(message, properties);
    this.shelves.arrange(message);
  }

  private bury(message: Message, properties: Properties): void {
    this.shelves.remove(message);
    this.deadLetters?.adopt(message, properties);
  }

  private adopt(message: Message, properties: Properties): void {
    const dead: Message = { ...message, state: 'active', timeToLive: Number.POSITIVE_INFINITY };
    this.journal.changed(dead, properties);
    this.restore(dead);
  }

  private drop(message: Message): void {
    this.shelves.remove(message);
    this.journal.removed(message);
  }

  /** A message that comes due is enqueued as if it were sent now: it gets a new sequence number. */
  private activate(message: Message, now: number): void {
    this.shelves.remove(message);
    message.sequenceNumber = this.identities.sequenceNumber();
    message.state = 'active';
    message.enqueuedAt = now;
    message.scheduledFor = undefined;
    this.journal.changed(message);
    this.restore(message);
  }

  private expire(message: Message): void {
    if (!this.rules.deadLetterOnExpiration || this.deadLetters === undefined) {
      this.drop(message);
      return;
    }
    this.bury(message, {
      DeadLetterReason: 'TTLExpiredException',
      DeadLetterErrorDescription: 'The message expired and was dead lettered.',
    });
  }

  private expireLocks(now: number): void {
    if (this.rules.requiresSession) return;
    for (const message of this.locks.values()) {
      if (message.lock === undefined || message.lock.until > now) return;
      this.unlock(message);
      this.giveBack(message);
    }
  }

  private expireSessions(now: number): SessionLock[] {
    const lost: SessionLock[] = [];
    for (let lock = this.sessions.oldestLock(); isDue(lock?.until, now); lock = this.sessions.oldestLock()) {
      if (lock === undefined) break;
      lost.push(lock);
      this.unlockSession(this.sessions.get(lock.sessionId), { kind: 'abandon' });
    }
    return lost;
  }

  private unlockSession(session: Session, settlement: Settlement): void {
    for (const message of session.locked) {
      this.unlock(message);
      this.apply(message, settlement);
    }
    this.sessions.unlock(session);
  }
}

function isDue(time: number | undefined, now: number): boolean {
  return time !== undefined && time <= now;
}
