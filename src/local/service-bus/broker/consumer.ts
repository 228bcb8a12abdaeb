import type { Message } from '../queue/message.ts';

/** A receiver of one entity, as the broker sees it. */
export type Consumer = {
  /** Whether messages are forgotten when sent, instead of locked. */
  readonly forgets: boolean;
  readonly sessionId: string | undefined;
  hasCredit(): boolean;
  /** Uses up one credit: a delivery will follow. */
  reserve(): void;
  deliver(message: Message, payload: Buffer): void;
  isDraining(): boolean;
  drained(): void;
};

/** Someone who waits for any session. */
export type SessionWaiter = { accept(): void };
