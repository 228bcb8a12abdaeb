import type { Message, Properties } from './message.ts';

/** Where a queue writes what must survive a restart. Calls are made in the order of the changes. */
export type Journal = {
  inserted(message: Message, payload: Buffer): void;
  changed(message: Message, properties?: Properties): void;
  removed(message: Message): void;
  rememberedId(messageId: string, until: number): void;
  forgotIds(until: number): void;
  sessionState(sessionId: string, state: Buffer | undefined): void;
};

export type QueueRules = {
  /** Milliseconds. */
  readonly lockDuration: number;
  readonly maxDeliveryCount: number;
  /** Milliseconds. */
  readonly defaultTimeToLive: number;
  readonly deadLetterOnExpiration: boolean;
  /** Milliseconds; absent = no duplicate detection. */
  readonly duplicateWindow: number | undefined;
  readonly requiresSession: boolean;
  /** Bytes, the dead-letter queue included. */
  readonly maxBytes: number;
};

export type Identities = {
  messageId(): number;
  sequenceNumber(): number;
  /** 32 hexadecimal digits: the delivery tag. */
  lockToken(): string;
};
