import type { ReceivedEventData } from '@azure/event-hubs';
import type { InvocationRequest, TypedData } from '../core/types.ts';
import type { NamedBinding } from '../functions.ts';
import { bodyBytes, collection } from '../service-bus/message-data.ts';
import { textOr } from '../text.ts';
import { createTraceContext } from '../trace-context.ts';

/** The partition that events come from, as .NET names it. */
export type PartitionContext = {
  readonly FullyQualifiedNamespace: string;
  readonly EventHubName: string;
  readonly ConsumerGroup: string;
  readonly PartitionId: string;
};

type Field = {
  readonly name: string;
  readonly kind: 'text' | 'value';
  readonly of: (event: ReceivedEventData) => unknown;
};

// https://github.com/Azure/azure-sdk-for-net: EventHubTriggerBindingStrategy
const fields: readonly Field[] = [
  { name: 'PartitionKey', kind: 'text', of: ({ partitionKey }) => partitionKey },
  { name: 'Offset', kind: 'text', of: ({ offset }) => offset },
  { name: 'SequenceNumber', kind: 'value', of: ({ sequenceNumber }) => sequenceNumber },
  { name: 'EnqueuedTimeUtc', kind: 'value', of: ({ enqueuedTimeUtc }) => enqueuedTimeUtc },
  { name: 'Properties', kind: 'value', of: ({ properties }) => properties ?? {} },
  { name: 'SystemProperties', kind: 'value', of: ({ systemProperties }) => systemProperties ?? {} },
];

/** What an event is to the library: its text, or its bytes where the trigger's dataType is binary. */
export function singleRequest(
  trigger: NamedBinding,
  event: ReceivedEventData,
  context: PartitionContext,
): InvocationRequest {
  const body = bodyBytes(event.body);
  const metadata: Record<string, TypedData> = { PartitionContext: { json: JSON.stringify(context) } };
  for (const { name, kind, of } of fields) {
    const value = of(event);
    if (value === undefined || value === null) continue;
    metadata[name] = kind === 'text' ? { string: textOr(value, '') } : { json: JSON.stringify(value) };
  }
  const data = trigger.dataType === 'binary' ? { bytes: body } : { string: body.toString('utf8') };
  return {
    inputData: [{ name: trigger.name, data }],
    triggerMetadata: metadata,
    traceContext: createTraceContext(),
  };
}

/** The same for a batch (cardinality many): one array a property. */
export function batchRequest(
  trigger: NamedBinding,
  events: readonly ReceivedEventData[],
  context: PartitionContext,
): InvocationRequest {
  const bodies = events.map(({ body }) => bodyBytes(body));
  const metadata: Record<string, TypedData> = { PartitionContext: { json: JSON.stringify(context) } };
  for (const { name, kind, of } of fields) {
    const values = events.map(of);
    metadata[`${name}Array`] =
      kind === 'text'
        ? collection(values.map((value) => textOr(value, '')))
        : { json: JSON.stringify(values) };
  }
  const data: TypedData =
    trigger.dataType === 'binary'
      ? { collectionBytes: { bytes: bodies } }
      : collection(bodies.map((body) => body.toString('utf8')));
  return {
    inputData: [{ name: trigger.name, data }],
    triggerMetadata: metadata,
    traceContext: createTraceContext(),
  };
}
