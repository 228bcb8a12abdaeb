import { Catalog } from './catalog.ts';
import { Heap } from './heap.ts';
import { expiryOf, type Message, type MessageState } from './message.ts';
import { bySequenceNumber, type Session, type Sessions } from './sessions.ts';

/** Where the messages of a queue lie: the unlocked ones each where its state belongs, all in the catalog. */
export class Shelves {
  readonly catalog = new Catalog();
  private readonly sessions: Sessions | undefined;
  private readonly ready = new Heap(bySequenceNumber);
  private readonly scheduled = new Heap(byScheduledTime);
  private readonly expiring = new Heap(byExpiry);

  /** With sessions, each session has its own line of deliverable messages. */
  constructor(sessions: Sessions | undefined) {
    this.sessions = sessions;
  }

  add(message: Message): void {
    this.catalog.add(message);
    this.arrange(message);
  }

  remove(message: Message): void {
    this.withdraw(message);
    this.catalog.remove(message);
  }

  /** Puts an unlocked message where it belongs. */
  arrange(message: Message): void {
    if (message.state === 'scheduled') {
      this.scheduled.add(message);
      return;
    }
    if (expiryOf(message) < Number.POSITIVE_INFINITY) this.expiring.add(message);
    if (message.state === 'active') this.offer(message);
  }

  /** Takes a message down; it stays in the catalog. */
  withdraw(message: Message): void {
    this.scheduled.remove(message);
    this.expiring.remove(message);
    this.ready.remove(message);
    const session = this.sessionOf(message);
    if (session?.ready.remove(message)) this.sessions?.changed(session);
  }

  next(sessionId: string | undefined): Message | undefined {
    if (this.sessions === undefined) return this.ready.peek();
    return sessionId === undefined ? undefined : this.sessions.find(sessionId)?.ready.peek();
  }

  /** Returns unlocked messages in a state, or undefined if one of them is not there. */
  find(sequenceNumbers: readonly number[], state: MessageState): Message[] | undefined {
    const messages = new Set<Message>();
    for (const sequenceNumber of sequenceNumbers) {
      const message = this.catalog.get(sequenceNumber);
      if (message?.state !== state || message.lock !== undefined) return undefined;
      messages.add(message);
    }
    return [...messages];
  }

  nextDue(now: number): Message | undefined {
    const next = this.scheduled.peek();
    return next?.scheduledFor !== undefined && next.scheduledFor <= now ? next : undefined;
  }

  nextExpired(now: number): Message | undefined {
    const next = this.expiring.peek();
    return next !== undefined && expiryOf(next) <= now ? next : undefined;
  }

  nextDeadline(): number {
    const expiring = this.expiring.peek();
    const expiry = expiring === undefined ? Number.POSITIVE_INFINITY : expiryOf(expiring);
    return Math.min(expiry, this.scheduled.peek()?.scheduledFor ?? Number.POSITIVE_INFINITY);
  }

  private offer(message: Message): void {
    const session = this.sessionOf(message);
    (session?.ready ?? this.ready).add(message);
    if (session !== undefined) this.sessions?.changed(session);
  }

  private sessionOf(message: Message): Session | undefined {
    return message.sessionId === undefined ? undefined : this.sessions?.get(message.sessionId);
  }
}

function byScheduledTime(a: Message, b: Message): number {
  return (a.scheduledFor ?? 0) - (b.scheduledFor ?? 0) || bySequenceNumber(a, b);
}

function byExpiry(a: Message, b: Message): number {
  return expiryOf(a) - expiryOf(b);
}
