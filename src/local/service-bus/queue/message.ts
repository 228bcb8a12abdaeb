export type MessageState = 'active' | 'deferred' | 'scheduled';

/** What the broker knows of a message besides its bytes. Times are epoch milliseconds. */
export type Message = {
  /** Key in the store; never changes, unlike the sequence number. */
  readonly id: number;
  sequenceNumber: number;
  state: MessageState;
  enqueuedAt: number;
  scheduledFor: number | undefined;
  /** Milliseconds; Infinity = never expires. */
  readonly timeToLive: number;
  deliveryCount: number;
  readonly sessionId: string | undefined;
  readonly size: number;
  lock: MessageLock | undefined;
};

export type MessageLock = { readonly token: string; until: number };

/** A message as a sender hands it over. */
export type Incoming = {
  readonly payload: Buffer;
  readonly messageId: string | undefined;
  readonly sessionId: string | undefined;
  readonly timeToLive: number;
  readonly scheduledFor: number | undefined;
};

/** Application properties to set on a message while it is settled. */
export type Properties = Readonly<Record<string, unknown>>;

export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'release' }
  | { readonly kind: 'abandon'; readonly properties?: Properties }
  | { readonly kind: 'defer'; readonly properties?: Properties }
  | { readonly kind: 'deadLetter'; readonly properties?: Properties };

export type FailureCode =
  | 'messageLockLost'
  | 'messageNotFound'
  | 'notAllowed'
  | 'queueFull'
  | 'sessionCannotBeLocked'
  | 'sessionLockLost'
  | 'sessionRequired';

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: FailureCode };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(code: FailureCode): { readonly ok: false; readonly code: FailureCode } {
  return { ok: false, code };
}

/** Returns the time at which a message stops being deliverable; Infinity = never. */
export function expiryOf(message: Message): number {
  return message.state === 'scheduled' ? Number.POSITIVE_INFINITY : message.enqueuedAt + message.timeToLive;
}
