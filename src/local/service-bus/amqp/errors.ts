import type { AmqpError } from 'rhea';
import type { FailureCode } from '../queue/message.ts';

export type ErrorCode =
  | FailureCode
  | 'badRequest'
  | 'entityNotFound'
  | 'messageTooLarge'
  | 'notImplemented'
  | 'sessionTimeout'
  | 'sessionUnsupported'
  | 'undecodable';

type Refusal = { readonly condition: string; readonly status: number; readonly description: string };

/**
 * Conditions and texts as Service Bus sends them; the official client derives its error codes from them.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot
 */
const REFUSALS: Record<ErrorCode, Refusal> = {
  badRequest: {
    condition: 'com.microsoft:argument-error',
    status: 400,
    description: 'The request lacks a property or has one of the wrong type.',
  },
  entityNotFound: {
    condition: 'amqp:not-found',
    status: 404,
    description: 'The messaging entity could not be found.',
  },
  messageLockLost: {
    condition: 'com.microsoft:message-lock-lost',
    status: 410,
    description:
      'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  },
  messageNotFound: {
    condition: 'com.microsoft:message-not-found',
    status: 404,
    description: 'The specified message could not be found or is locked.',
  },
  messageTooLarge: {
    condition: 'amqp:link:message-size-exceeded',
    status: 403,
    description: 'The received message (delivery-id:0) exceeds the limit of 262144 bytes currently allowed.',
  },
  notAllowed: {
    condition: 'amqp:not-allowed',
    status: 400,
    description: 'A message of a dead-letter queue cannot be dead-lettered.',
  },
  notImplemented: {
    condition: 'amqp:not-implemented',
    status: 501,
    description: 'The emulator does not know this operation.',
  },
  queueFull: {
    condition: 'amqp:resource-limit-exceeded',
    status: 403,
    description: 'The maximum entity size has been reached or exceeded.',
  },
  sessionCannotBeLocked: {
    condition: 'com.microsoft:session-cannot-be-locked',
    status: 410,
    description: 'The requested session cannot be accepted. It may be locked by another receiver.',
  },
  sessionLockLost: {
    condition: 'com.microsoft:session-lock-lost',
    status: 410,
    description: 'The session lock has expired. Accept the session again.',
  },
  sessionRequired: {
    condition: 'amqp:not-allowed',
    status: 400,
    description:
      'The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.',
  },
  sessionTimeout: {
    condition: 'com.microsoft:timeout',
    status: 408,
    description: 'No session with messages became available within the timeout.',
  },
  sessionUnsupported: {
    condition: 'amqp:not-allowed',
    status: 400,
    description:
      'An entity that requires sessions takes sessionful receivers only, and one that does not takes none.',
  },
  undecodable: {
    condition: 'amqp:decode-error',
    status: 400,
    description: 'The message is not well formed.',
  },
};

export function refusalOf(code: ErrorCode): Refusal {
  return REFUSALS[code];
}

export function errorOf(code: ErrorCode): AmqpError {
  const { condition, description } = REFUSALS[code];
  return { condition, description };
}
