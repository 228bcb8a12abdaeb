import { Heap } from './heap.ts';
import type { Message } from './message.ts';

export type Session = {
  readonly id: string;
  readonly ready: Heap<Message>;
  readonly locked: Set<Message>;
  lock: SessionLock | undefined;
  state: Buffer | undefined;
};

/** `holder` names the link that accepted the session. */
export type SessionLock = { readonly sessionId: string; readonly holder: string; until: number };

/** The sessions of one queue: who holds which, and which can be accepted next. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  /** Unlocked sessions with something to deliver, longest waiting first. */
  private readonly acceptable = new Set<Session>();
  /** Equal durations: insertion order is expiry order. */
  private readonly locks = new Map<string, SessionLock>();

  find(id: string): Session | undefined {
    return this.byId.get(id);
  }

  /** Returns the session of that id, a new one if need be. */
  get(id: string): Session {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const session: Session = {
      id,
      ready: new Heap(bySequenceNumber),
      locked: new Set(),
      lock: undefined,
      state: undefined,
    };
    this.byId.set(id, session);
    return session;
  }

  next(): Session | undefined {
    const [first] = this.acceptable;
    return first;
  }

  ids(): string[] {
    return [...this.byId.values()].filter(isInUse).map((session) => session.id);
  }

  lock(session: Session, lock: SessionLock): void {
    session.lock = lock;
    this.locks.delete(session.id);
    this.locks.set(session.id, lock);
    this.acceptable.delete(session);
  }

  unlock(session: Session): void {
    session.lock = undefined;
    this.locks.delete(session.id);
    this.changed(session);
  }

  /** To be called whenever the deliverable messages of a session have changed. */
  changed(session: Session): void {
    if (session.lock === undefined && session.ready.size > 0) this.acceptable.add(session);
    else this.acceptable.delete(session);
    if (!isInUse(session)) this.byId.delete(session.id);
  }

  oldestLock(): SessionLock | undefined {
    const [first] = this.locks.values();
    return first;
  }
}

export function bySequenceNumber(a: Message, b: Message): number {
  return a.sequenceNumber - b.sequenceNumber;
}

function isInUse(session: Session): boolean {
  return (
    session.ready.size > 0 ||
    session.locked.size > 0 ||
    session.lock !== undefined ||
    session.state !== undefined
  );
}
