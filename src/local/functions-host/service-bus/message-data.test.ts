import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { batchRequest, bodyBytes, singleRequest } from './message-data.ts';

const trigger = { name: 'message', type: 'serviceBusTrigger', direction: 'in' } as const;

function message(changes: Partial<Record<keyof ServiceBusReceivedMessage, unknown>> = {}) {
  return {
    body: Buffer.from('{"a":1}'),
    messageId: 'm1',
    deliveryCount: 0,
    enqueuedTimeUtc: new Date('2026-01-01T00:00:00Z'),
    sequenceNumber: { toNumber: () => 12 },
    lockToken: 'token',
    applicationProperties: { Colour: 'red' },
    ...changes,
  } as unknown as ServiceBusReceivedMessage;
}

test('a message is its text, with metadata named as .NET names them', () => {
  const request = singleRequest(
    trigger,
    message({ contentType: 'application/json', correlationId: undefined }),
  );

  expect(request.inputData).toEqual([{ name: 'message', data: { string: '{"a":1}' } }]);
  expect(request.triggerMetadata).toEqual({
    MessageId: { string: 'm1' },
    SequenceNumber: { json: '12' },
    DeliveryCount: { json: '1' },
    EnqueuedTimeUtc: { json: '"2026-01-01T00:00:00.000Z"' },
    LockToken: { string: 'token' },
    ContentType: { string: 'application/json' },
    ApplicationProperties: { json: '{"Colour":"red"}' },
  });
});

test('dataType binary gives bytes', () => {
  const one = singleRequest({ ...trigger, dataType: 'binary' }, message({ body: Buffer.from([0, 255]) }));
  const many = batchRequest({ ...trigger, dataType: 'binary' }, [message({ body: Buffer.from([1]) })]);

  expect(one.inputData[0]?.data).toEqual({ bytes: Buffer.from([0, 255]) });
  expect(many.inputData[0]?.data).toEqual({ collectionBytes: { bytes: [Buffer.from([1])] } });
});

test('a batch has arrays, without the empty texts that the host leaves out', () => {
  const request = batchRequest(trigger, [
    message({ correlationId: 'c1' }),
    message({ messageId: 'm2', body: Buffer.from('text'), deliveryCount: 2 }),
  ]);

  expect(request.inputData[0]?.data).toEqual({ collectionString: { string: ['{"a":1}', 'text'] } });
  expect(request.triggerMetadata).toMatchObject({
    MessageIdArray: { collectionString: { string: ['m1', 'm2'] } },
    CorrelationIdArray: { collectionString: { string: ['c1'] } },
    DeliveryCountArray: { json: '[1,3]' },
    ApplicationPropertiesArray: { json: '[{"Colour":"red"},{"Colour":"red"}]' },
  });
});

test('the trace of the sender goes on', () => {
  const id = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  const { traceContext } = singleRequest(
    trigger,
    message({ applicationProperties: { 'Diagnostic-Id': id } }),
  );

  expect(traceContext?.traceParent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/);
  expect(traceContext?.traceParent).not.toBe(id);
});

test.each([
  ['text of a value section', 'plain', 'plain'],
  ['an object of a value section', { a: [1] }, '{"a":[1]}'],
  ['several data sections', [Buffer.from('a'), Buffer.from('b')], 'ab'],
  ['nothing', undefined, ''],
])('%s', (_, body, expected) => {
  expect(bodyBytes(body).toString()).toBe(expected);
});
