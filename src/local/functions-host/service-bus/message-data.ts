import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { InvocationRequest, TypedData } from '../core/types.ts';
import type { NamedBinding } from '../functions.ts';
import { textOr } from '../text.ts';
import { createTraceContext } from '../trace-context.ts';

/** What a message is to the library: its text, or its bytes where the trigger's dataType is binary. */
export function singleRequest(trigger: NamedBinding, message: ServiceBusReceivedMessage): InvocationRequest {
  const body = bodyBytes(message.body);
  const isBinary = trigger.dataType === 'binary';
  const traceParent = message.applicationProperties?.['Diagnostic-Id'];
  return {
    inputData: [{ name: trigger.name, data: isBinary ? { bytes: body } : { string: body.toString('utf8') } }],
    triggerMetadata: singleMetadata(message),
    traceContext: createTraceContext(typeof traceParent === 'string' ? traceParent : undefined),
  };
}

/** The same for a batch (cardinality many). As in Azure's host, empty texts are left out of collections. */
export function batchRequest(
  trigger: NamedBinding,
  messages: readonly ServiceBusReceivedMessage[],
): InvocationRequest {
  const bodies = messages.map((message) => bodyBytes(message.body));
  const data: TypedData =
    trigger.dataType === 'binary'
      ? { collectionBytes: { bytes: bodies } }
      : collection(bodies.map((body) => body.toString('utf8')));
  return {
    inputData: [{ name: trigger.name, data }],
    triggerMetadata: batchMetadata(messages),
    traceContext: createTraceContext(),
  };
}

/** The bytes of a body: those of data sections as they are, text in UTF-8, other values as JSON. */
export function bodyBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (Array.isArray(body) && body.every((part) => Buffer.isBuffer(part))) return Buffer.concat(body);
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

type Field = {
  readonly name: string;
  readonly kind: 'text' | 'value';
  readonly of: (message: ServiceBusReceivedMessage) => unknown;
};

// .NET, which the host uses, counts the current delivery; the JavaScript client does not.
const fields: readonly Field[] = [
  { name: 'MessageId', kind: 'text', of: (message) => message.messageId },
  { name: 'SequenceNumber', kind: 'value', of: (message) => message.sequenceNumber?.toNumber() },
  { name: 'EnqueuedSequenceNumber', kind: 'value', of: (message) => message.enqueuedSequenceNumber },
  { name: 'DeliveryCount', kind: 'value', of: (message) => (message.deliveryCount ?? 0) + 1 },
  { name: 'EnqueuedTimeUtc', kind: 'value', of: (message) => message.enqueuedTimeUtc },
  { name: 'ExpiresAtUtc', kind: 'value', of: (message) => message.expiresAtUtc },
  { name: 'LockedUntilUtc', kind: 'value', of: (message) => message.lockedUntilUtc },
  { name: 'LockToken', kind: 'text', of: (message) => message.lockToken },
  { name: 'ContentType', kind: 'text', of: (message) => message.contentType },
  { name: 'CorrelationId', kind: 'text', of: (message) => message.correlationId },
  { name: 'Subject', kind: 'text', of: (message) => message.subject },
  { name: 'To', kind: 'text', of: (message) => message.to },
  { name: 'ReplyTo', kind: 'text', of: (message) => message.replyTo },
  { name: 'SessionId', kind: 'text', of: (message) => message.sessionId },
  { name: 'ReplyToSessionId', kind: 'text', of: (message) => message.replyToSessionId },
  { name: 'PartitionKey', kind: 'text', of: (message) => message.partitionKey },
  { name: 'DeadLetterSource', kind: 'text', of: (message) => message.deadLetterSource },
  { name: 'ApplicationProperties', kind: 'value', of: (message) => message.applicationProperties ?? {} },
];

/**
 * The trigger metadata of one message, absent values left out.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
 */
export function singleMetadata(message: ServiceBusReceivedMessage): Record<string, TypedData> {
  const result: Record<string, TypedData> = {};
  for (const { name, kind, of } of fields) {
    const value = of(message);
    if (value === undefined || value === null) continue;
    result[name] = kind === 'text' ? { string: textOr(value, '') } : { json: JSON.stringify(value) };
  }
  return result;
}

/** The trigger metadata of a batch: one array a property, named `…Array`. */
export function batchMetadata(messages: readonly ServiceBusReceivedMessage[]): Record<string, TypedData> {
  const result: Record<string, TypedData> = {};
  for (const { name, kind, of } of fields) {
    const values = messages.map(of);
    result[`${name}Array`] =
      kind === 'text'
        ? collection(values.map((value) => textOr(value, '')))
        : { json: JSON.stringify(values) };
  }
  return result;
}

export function collection(texts: readonly string[]): TypedData {
  return { collectionString: { string: texts.filter((text) => text !== '') } };
}
