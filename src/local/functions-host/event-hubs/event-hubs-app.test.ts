import { EventHubProducerClient } from '@azure/event-hubs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EventHubsEmulator, startEventHubs } from '#local/event-hubs/index.ts';
import { type AppHost, removeTemporaryFolders, startApp, temporaryFolder } from '../testing/apps.ts';
import { waitFor } from '../testing/wait-for.ts';

type Entry = {
  readonly function: string;
  readonly event?: unknown;
  readonly events?: readonly unknown[];
  readonly retry?: number;
  readonly triggerMetadata: Record<string, unknown>;
};

let emulator: EventHubsEmulator;
let producer: EventHubProducerClient;
let host: AppHost;
let dataDir: string;

beforeAll(async () => {
  emulator = await startEventHubs({ port: 0, dataDir: undefined, hubs: [{ name: 'meters', partitions: 2 }] });
  producer = new EventHubProducerClient(emulator.connectionString, 'meters');
  dataDir = await temporaryFolder();
  host = await start();
});

afterAll(async () => {
  await host.stop();
  await producer.close();
  await emulator.close();
  await removeTemporaryFolders();
});

function start(env: Readonly<Record<string, string>> = {}): Promise<AppHost> {
  return startApp({
    app: 'telemetry-events',
    entry: 'index.js',
    env: { Telemetry: emulator.connectionString, TELEMETRY_HUB: 'meters', ...env },
    dataDir,
  });
}

async function logOf(name: string): Promise<Entry[]> {
  const response = await fetch(`${host.url}/log`);
  return ((await response.json()) as Entry[]).filter((entry) => entry.function === name);
}

async function bodiesOf(name: string): Promise<unknown[]> {
  return (await logOf(name)).flatMap(({ event, events }) => events ?? [event]);
}

function send(partitionId: string, ...bodies: unknown[]): Promise<void> {
  return producer.sendBatch(
    bodies.map((body, index) => ({ body, properties: { index } })),
    { partitionId },
  );
}

test('batches arrive by partition, in order, no larger than host.json says, with their metadata', async () => {
  await send('0', { n: 0 }, 'one', '[2]', { n: 3 });

  const bodies = await waitFor(async () => {
    const found = await bodiesOf('batch');
    return found.length === 4 ? found : undefined;
  });
  const [first] = await logOf('batch');
  expect(bodies).toEqual([{ n: 0 }, 'one', '[2]', { n: 3 }]);
  expect(first?.events).toHaveLength(3);
  expect(first?.triggerMetadata).toMatchObject({
    sequenceNumberArray: [0, 1, 2],
    offsetArray: ['0', '1', '2'].map(Number),
    propertiesArray: [{ index: 0 }, { index: 1 }, { index: 2 }],
    partitionContext: { partitionId: expect.anything(), eventHubName: 'meters', consumerGroup: '$Default' },
  });
  const { enqueuedTimeUtcArray } = first?.triggerMetadata ?? {};
  expect(Date.now() - Date.parse(String(Object(enqueuedTimeUtcArray)[0]))).toBeLessThan(60_000);
});

test('a batch that fails is tried again as its policy says, before the next', async () => {
  await send('1', 'flaky');
  await send('1', 'after');

  await waitFor(async () => ((await bodiesOf('batch')).includes('after') ? true : undefined));
  const tries = (await logOf('batch')).filter(({ events }) => events?.includes('flaky'));
  expect(tries.map(({ retry }) => retry)).toEqual([0, 1, 2]);
});

test('without a policy an event that fails is passed over', async () => {
  await send('0', 'poison', 'sound');

  await waitFor(async () => ((await bodiesOf('single')).includes('sound') ? true : undefined));
  const [poison] = (await logOf('single')).filter(({ event }) => event === 'poison');
  expect(poison?.triggerMetadata).toMatchObject({ properties: { index: 0 } });
  expect((await bodiesOf('single')).filter((body) => body === 'poison')).toHaveLength(1);
});

test('a host that starts again goes on after its checkpoint, and finds what came meanwhile', async () => {
  await host.stop();
  await send('0', 'meanwhile');
  host = await start();

  await waitFor(async () => ((await bodiesOf('batch')).length > 0 ? true : undefined));
  expect(await bodiesOf('batch')).toEqual(['meanwhile']);
});

test('a batch that a killed host was working on comes again', async () => {
  await host.stop();
  host = await start({ STUCK: 'yes' });
  await send('1', 'stuck');
  await waitFor(async () => ((await bodiesOf('batch')).includes('stuck') ? true : undefined));
  await host.stop('SIGKILL');
  host = await start();

  await waitFor(async () => ((await bodiesOf('batch')).includes('stuck') ? true : undefined));
  const [again] = (await logOf('batch')).filter(({ events }) => events?.includes('stuck'));
  expect(again?.retry).toBe(0);
});

test('a trigger whose connection or hub is missing says what to set', async () => {
  const broken = await startApp({
    app: 'telemetry-events',
    entry: 'index.js',
    env: { TELEMETRY_HUB: 'meters' },
  });

  expect(broken.first).toBeUndefined();
  expect(broken.errors()).toContain(
    'set Telemetry to a connection string or Telemetry__fullyQualifiedNamespace',
  );
});
