import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventHubConsumerClient,
  EventHubProducerClient,
  type EventPosition,
  earliestEventPosition,
  latestEventPosition,
  type ReceivedEventData,
} from '@azure/event-hubs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEventHubs } from '../index.ts';

const retryOptions = { maxRetries: 1, retryDelayInMs: 50, timeoutInMs: 3000 };

async function start(dataDir?: string, partitions = 2) {
  const emulator = await startEventHubs({ port: 0, dataDir, hubs: [{ name: 'defender', partitions }] });
  const producer = new EventHubProducerClient(emulator.connectionString, 'defender', { retryOptions });
  const consumer = new EventHubConsumerClient('$Default', emulator.connectionString, 'defender', {
    retryOptions,
  });
  async function stop(): Promise<void> {
    await producer.close();
    await consumer.close();
    await emulator.close();
  }
  return { emulator, producer, consumer, stop };
}

async function startForTest(dataDir?: string, partitions?: number) {
  const started = await start(dataDir, partitions);
  onTestFinished(() => started.stop());
  return started;
}

/** The first `count` events of a partition from a position on. */
async function receive(
  consumer: EventHubConsumerClient,
  partition: string,
  { position, count }: { position: EventPosition; count: number },
): Promise<ReceivedEventData[]> {
  const events: ReceivedEventData[] = [];
  const done = Promise.withResolvers<void>();
  const subscription = consumer.subscribe(
    partition,
    {
      processEvents: async (batch) => {
        events.push(...batch);
        if (events.length >= count) done.resolve();
      },
      processError: async (error) => done.reject(error),
    },
    { startPosition: position, maxBatchSize: 10, maxWaitTimeInSeconds: 1 },
  );
  try {
    await done.promise;
  } finally {
    await subscription.close();
  }
  return events;
}

describe('the genuine client', () => {
  it('sends a batch to a partition and reads it from the beginning, with number, offset and time', async () => {
    const { producer, consumer } = await startForTest();
    await producer.sendBatch([{ body: { a: 1 }, properties: { kind: 'x' } }, { body: 'two' }], {
      partitionId: '1',
    });

    const events = await receive(consumer, '1', { position: earliestEventPosition, count: 2 });

    expect(events.map(({ body }) => body)).toEqual([{ a: 1 }, 'two']);
    expect(events.map(({ sequenceNumber, offset }) => [sequenceNumber, offset])).toEqual([
      [0, '0'],
      [1, '1'],
    ]);
    expect(events[0]?.properties).toEqual({ kind: 'x' });
    expect(Date.now() - Number(events[0]?.enqueuedTimeUtc)).toBeLessThan(10_000);
  });

  it('reads from a position: after a sequence number, an offset, a time, and what comes from now on', async () => {
    const { producer, consumer } = await startForTest(undefined, 1);
    await producer.sendBatch([{ body: 0 }, { body: 1 }, { body: 2 }]);
    const bodiesFrom = async (position: EventPosition, count: number) =>
      (await receive(consumer, '0', { position, count })).map(({ body }) => body as unknown);

    expect(await bodiesFrom({ sequenceNumber: 0 }, 2)).toEqual([1, 2]);
    expect(await bodiesFrom({ sequenceNumber: 1, isInclusive: true }, 2)).toEqual([1, 2]);
    expect(await bodiesFrom({ offset: '1' }, 1)).toEqual([2]);
    expect(await bodiesFrom({ enqueuedOn: Date.now() - 60_000 }, 3)).toEqual([0, 1, 2]);
    const live = bodiesFrom(latestEventPosition, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await producer.sendBatch([{ body: 'new' }]);
    expect(await live).toEqual(['new']);
  });

  it('keeps what has one key in one partition, and spreads the rest', async () => {
    const { producer } = await startForTest(undefined, 4);
    for (let i = 0; i < 8; i += 1) await producer.sendBatch([{ body: i }], { partitionKey: 'one' });
    const counts = async () => {
      const all = await Promise.all(['0', '1', '2', '3'].map((id) => producer.getPartitionProperties(id)));
      return all.map(({ lastEnqueuedSequenceNumber: last }) => last + 1);
    };
    const keyed = await counts();
    for (let i = 0; i < 4; i += 1) await producer.sendBatch([{ body: i }]);

    expect(keyed.toSorted()).toEqual([0, 0, 0, 8]);
    expect(await counts()).toEqual(keyed.map((count) => count + 1));
  });

  it('is told of the hub and its partitions, and of one that there is not', async () => {
    const { producer, emulator } = await startForTest();
    const hub = await producer.getEventHubProperties();
    const empty = await producer.getPartitionProperties('0');
    const other = new EventHubProducerClient(emulator.connectionString, 'other', { retryOptions });
    const failure = await other.sendBatch([{ body: 1 }]).catch((error: unknown) => error);
    await other.close();

    expect(hub).toMatchObject({ name: 'defender', partitionIds: ['0', '1'] });
    expect(empty).toMatchObject({ isEmpty: true, lastEnqueuedSequenceNumber: -1 });
    expect(String(failure)).toContain('could not be found');
  });

  it('finds what was confirmed after a restart, and numbers go on', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'event-hubs-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const before = await start(directory, 1);
    await before.producer.sendBatch([{ body: 'kept' }]);
    await before.stop();

    const { producer, consumer } = await startForTest(directory, 1);
    await producer.sendBatch([{ body: 'later' }]);
    const events = await receive(consumer, '0', { position: earliestEventPosition, count: 2 });

    expect(events.map(({ body, sequenceNumber }) => [body, sequenceNumber])).toEqual([
      ['kept', 0],
      ['later', 1],
    ]);
  });
});
