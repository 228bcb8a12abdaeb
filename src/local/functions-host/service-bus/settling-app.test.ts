import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { type Broker, queue, startBroker } from '../testing/emulators.ts';
import { atLeast, waitFor } from '../testing/wait-for.ts';

const short = { lockDurationSeconds: 2 };
const queues = [queue('steady', short), queue('unsettled', short), queue('batches', short)];
let broker: Broker;
let client: ServiceBusClient;

beforeAll(async () => {
  broker = await startBroker(queues);
  client = new ServiceBusClient(broker.connectionString);
});

afterAll(async () => {
  await client.close();
  await broker.stop('SIGKILL');
  await removeTemporaryFolders();
});

function startConsumer(args: readonly string[] = [], only?: string): Promise<AppHost> {
  const others = ['steady', 'unsettled', 'slowBatch'].filter((name) => only !== undefined && name !== only);
  const disabled = Object.fromEntries(others.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
  const env = { Bus: broker.connectionString, ...disabled };
  return startApp({ app: 'slow-consumer', entry: 'consumer.js', args, env });
}

type Run = {
  readonly queue: string;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly deliveryCount: number;
  readonly running: number;
  readonly done: boolean;
};

async function runsOf(host: AppHost, name: string): Promise<readonly Run[]> {
  const response = await fetch(`${host.url}/runs`);
  const runs = (await response.json()) as Run[];
  return runs.filter((run) => run.queue === name);
}

async function send(name: string, bodies: readonly unknown[]): Promise<void> {
  const sender = client.createSender(name);
  await sender.sendMessages(bodies.map((body) => ({ body })));
  await sender.close();
}

async function left(name: string): Promise<readonly ServiceBusReceivedMessage[]> {
  const receiver = client.createReceiver(name);
  const messages = await receiver.peekMessages(10);
  await receiver.close();
  return messages;
}

test('no more run at once than maxConcurrentCalls, however many are prefetched, and none is lost', async () => {
  const host = await startConsumer([], 'steady');
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

  await send(
    'steady',
    ids.map((id) => ({ id, ms: 100 })),
  );

  const runs = await waitFor(async () => {
    const all = await runsOf(host, 'steady');
    return atLeast(
      7,
      all.filter(({ done }) => done),
    )
      ? all
      : undefined;
  });
  await waitFor(async () => ((await left('steady')).length === 0 ? true : undefined));
  await host.stop();

  expect(Math.max(...runs.map(({ running }) => running))).toBe(2);
  expect(new Set(runs.map(({ id }) => id))).toEqual(new Set(ids));
  expect(runs).toHaveLength(7);
});

test('locks are renewed while a function runs longer than the lock', async () => {
  const host = await startConsumer();

  await send('steady', [{ id: 'long', ms: 3_500 }]);
  await send('batches', [{ id: 'long-batch', ms: 3_500 }]);

  await waitFor(async () => {
    const runs = [...(await runsOf(host, 'steady')), ...(await runsOf(host, 'batches'))];
    return runs.length === 2 && runs.every(({ done }) => done) ? true : undefined;
  });
  await waitFor(async () =>
    (await left('steady')).length + (await left('batches')).length === 0 ? true : undefined,
  );
  const [steady, batches] = [await runsOf(host, 'steady'), await runsOf(host, 'batches')];
  await host.stop();

  expect(steady.map(({ deliveryCount }) => deliveryCount)).toEqual([1]);
  expect(batches.map(({ ids }) => ids)).toEqual([['long-batch']]);
});

test('with autoCompleteMessages off the host settles nothing, and the message comes again', async () => {
  const host = await startConsumer([], 'unsettled');

  await send('unsettled', [{ id: 'again', ms: 0 }]);

  const runs = await waitFor(async () => atLeast(2, await runsOf(host, 'unsettled')));
  await host.stop();

  expect(runs.slice(0, 2).map(({ deliveryCount }) => deliveryCount)).toEqual([1, 2]);
});

test('a host that starts before its broker finds it when it comes', async () => {
  const gone = await startBroker(queues);
  await gone.stop('SIGKILL');
  const env = { Bus: gone.connectionString };
  const host = await startApp({ app: 'slow-consumer', entry: 'consumer.js', env });
  await waitFor(() => (host.errors().includes('Service Bus failed, retrying') ? true : undefined));

  const late = await startBroker(queues, { port: gone.port });
  const sending = new ServiceBusClient(late.connectionString);
  await sending.createSender('steady').sendMessages({ body: { id: 'late', ms: 0 } });
  const [run] = await waitFor(async () => atLeast(1, await runsOf(host, 'steady')));
  await sending.close();
  await host.stop();
  await late.stop('SIGKILL');

  expect(run?.id).toBe('late');
});

test('on stop a message that ends in time is completed', async () => {
  const host = await startConsumer([], 'steady');
  await send('steady', [{ id: 'ends', ms: 800 }]);
  await waitFor(async () => atLeast(1, await runsOf(host, 'steady')));

  const code = await host.stop();

  expect(code).toBe(0);
  expect(await left('steady')).toEqual([]);
});

test('on stop a message that does not end in time is abandoned at once', async () => {
  const host = await startConsumer(['--drain-ms', '300'], 'steady');
  await send('steady', [{ id: 'stuck', ms: 60_000 }]);
  await waitFor(async () => atLeast(1, await runsOf(host, 'steady')));

  const start = performance.now();
  await host.stop();
  const receiver = client.createReceiver('steady');
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1_500 });

  expect(performance.now() - start).toBeLessThan(4_000);
  expect(message?.body).toEqual({ id: 'stuck', ms: 60_000 });
  expect(message?.deliveryCount).toBe(1);
});
