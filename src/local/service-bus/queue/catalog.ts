import type { Message } from './message.ts';
import { bySequenceNumber } from './sessions.ts';

export type StateCounts = { readonly active: number; readonly scheduled: number; readonly deferred: number };

/** Every message that a queue holds, by sequence number. */
export class Catalog {
  private readonly messages = new Map<number, Message>();
  private held = 0;

  get bytes(): number {
    return this.held;
  }

  get(sequenceNumber: number): Message | undefined {
    return this.messages.get(sequenceNumber);
  }

  add(message: Message): void {
    this.messages.set(message.sequenceNumber, message);
    this.held += message.size;
  }

  remove(message: Message): void {
    if (this.messages.delete(message.sequenceNumber)) this.held -= message.size;
  }

  /** Returns the messages from a sequence number on, in order. */
  from(sequenceNumber: number, count: number, sessionId: string | undefined): Message[] {
    const found: Message[] = [];
    for (const message of this.messages.values()) {
      if (message.sequenceNumber < sequenceNumber) continue;
      if (sessionId === undefined || message.sessionId === sessionId) found.push(message);
    }
    return found.sort(bySequenceNumber).slice(0, count);
  }

  counts(): StateCounts {
    const counts = { active: 0, scheduled: 0, deferred: 0 };
    for (const message of this.messages.values()) counts[message.state] += 1;
    return counts;
  }

  oldestEnqueuedAt(): number | undefined {
    let oldest: number | undefined;
    for (const message of this.messages.values()) {
      if (message.state !== 'active') continue;
      if (oldest === undefined || message.enqueuedAt < oldest) oldest = message.enqueuedAt;
    }
    return oldest;
  }
}
