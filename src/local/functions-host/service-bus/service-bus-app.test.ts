import { setTimeout as delay } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { type Broker, queue, startBroker, startTables } from '../testing/emulators.ts';
import { atLeast, waitFor } from '../testing/wait-for.ts';

const queues = [queue('orders'), queue('readings'), queue('per-customer', { requiresSession: true })];
let broker: Broker;
let tables: Awaited<ReturnType<typeof startTables>>;
let orders: AppHost;
let jobs: AppHost;
let client: ServiceBusClient;

beforeAll(async () => {
  [broker, tables] = await Promise.all([startBroker(queues), startTables()]);
  const { connectionString } = broker;
  client = new ServiceBusClient(connectionString);
  [orders, jobs] = await Promise.all([
    startApp({
      app: 'orders-classic',
      entry: 'src/functions/*.js',
      env: { AzureWebJobsOrdersBus: connectionString, ORDER_QUEUE: 'orders' },
    }),
    startApp({
      app: 'jobs-esm',
      entry: 'index.js',
      env: { JobsBus: connectionString, JobsStorage: tables.connectionString, TICK_SCHEDULE: '0 0 0 1 1 *' },
    }),
  ]);
});

afterAll(async () => {
  await client.close();
  await Promise.all([orders.stop(), jobs.stop()]);
  await Promise.all([broker.stop('SIGKILL'), tables.stop()]);
  await removeTemporaryFolders();
});

type Shipped = {
  readonly message: unknown;
  readonly deliveryCount: number;
  readonly messageId: string;
  readonly applicationProperties: unknown;
};

async function shipped(messageId: string): Promise<readonly Shipped[]> {
  const response = await fetch(`${orders.url}/api/shipped`);
  const all = (await response.json()) as Shipped[];
  return all.filter((one) => one.messageId === messageId);
}

async function logOf(job: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${jobs.url}/log?job=${job}`);
  return (await response.json()) as Record<string, unknown>[];
}

async function send(name: string, messages: ServiceBusMessage | ServiceBusMessage[]): Promise<void> {
  const sender = client.createSender(name);
  await sender.sendMessages(messages);
  await sender.close();
}

test('a message arrives with its metadata and is completed', async () => {
  const applicationProperties = { Tenant: 'a', attempt: 2 };

  await send('orders', { body: { line: 1 }, messageId: 'one', applicationProperties });

  const [entry] = await waitFor(async () => atLeast(1, await shipped('one')));
  expect(entry).toMatchObject({
    message: { line: 1 },
    deliveryCount: 1,
    applicationProperties: { tenant: 'a', attempt: 2 },
  });
});

test.each([
  ['text', 'plain words', 'plain words'],
  ['bytes of JSON', Buffer.from('[1,2]'), [1, 2]],
  ['a number', 42, 42],
])('a body of %s', async (name, body, expected) => {
  await send('orders', { body, messageId: `body of ${name}` });

  const [entry] = await waitFor(async () => atLeast(1, await shipped(`body of ${name}`)));
  expect(entry?.message).toEqual(expected);
});

test('a handler that throws abandons the message, which is dead-lettered after its delivery count', async () => {
  await send('orders', { body: { poison: true }, messageId: 'bad' });

  const receiver = client.createReceiver('orders', { subQueueType: 'deadLetter' });
  const [dead] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  await receiver.close();
  const entries = await shipped('bad');
  expect(dead).toMatchObject({ messageId: 'bad', deadLetterReason: 'MaxDeliveryCountExceeded' });
  expect(entries.map((entry) => entry.deliveryCount)).toEqual([1, 2, 3]);
});

test('an HTTP function sends to a queue through extraOutputs, one message an item', async () => {
  const list = await fetch(`${orders.url}/admin/functions/placeOrder`);
  const body = JSON.stringify({ id: 'o-1', lines: ['pen', 'ink'] });
  const { functions } = await secretsOf(orders);

  const response = await fetch(`${orders.url}/api/orders?code=${functions.placeorder?.default}`, {
    method: 'POST',
    body,
  });
  const found = await waitFor(async () => {
    const all = (await (await fetch(`${orders.url}/api/shipped`)).json()) as {
      message: { order?: string };
    }[];
    return atLeast(
      2,
      all.filter(({ message }) => message.order === 'o-1'),
    );
  });

  expect([list.status, response.status]).toEqual([200, 202]);
  expect(found.map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      { order: 'o-1', line: 'pen' },
      { order: 'o-1', line: 'ink' },
    ]),
  );
});

test('cardinality many hands over a batch, and its return value becomes table rows', async () => {
  const table = TableClient.fromConnectionString(tables.connectionString, 'readings', {
    allowInsecureConnection: true,
  });

  await send(
    'readings',
    [1, 2, 3].map((n) => ({ body: { n }, messageId: `r${n}`, applicationProperties: { Unit: 'kWh' } })),
  );

  const [entry] = await waitFor(async () => atLeast(1, await logOf('batch')));
  const row = await waitFor(() => table.getEntity('meter-1', '3').catch(() => undefined));
  expect(entry).toEqual({
    job: 'batch',
    messages: [{ n: 1 }, { n: 2 }, { n: 3 }],
    messageIdArray: ['r1', 'r2', 'r3'],
    deliveryCountArray: [1, 1, 1],
    applicationPropertiesArray: [{ unit: 'kWh' }, { unit: 'kWh' }, { unit: 'kWh' }],
  });
  expect(row).toMatchObject({ value: 3 });
});

test('an output that cannot be written fails the invocation, so that the batch comes again', async () => {
  await send('readings', { body: { n: 3 }, messageId: 'twice' });

  const receiver = client.createReceiver('readings', { subQueueType: 'deadLetter' });
  const [dead] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 15_000 });
  await receiver.close();
  expect(dead?.messageId).toBe('twice');
});

test('the messages of each session come in order, more sessions than can be open at once', async () => {
  const sessions = ['a', 'b', 'c'];

  await send(
    'per-customer',
    sessions.flatMap((sessionId) => [1, 2, 3].map((n) => ({ body: { n }, sessionId }))),
  );

  const entries = await waitFor(async () => atLeast(9, await logOf('sessions')));
  const ordered = sessions.map((session) =>
    entries.filter((entry) => entry.session === session).map((entry) => entry.message),
  );
  expect(ordered).toEqual(sessions.map(() => [{ n: 1 }, { n: 2 }, { n: 3 }]));
});

test('when the broker dies and comes back, messages flow again', async () => {
  const { port } = broker;
  await broker.stop('SIGKILL');
  await delay(500);

  broker = await startBroker(queues, { port });
  await client.close();
  client = new ServiceBusClient(broker.connectionString);
  await send('orders', { body: { back: true }, messageId: 'after' });
  await send('per-customer', { body: { back: true }, sessionId: 'z' });

  const [entry] = await waitFor(async () => atLeast(1, await shipped('after')));
  const back = await waitFor(async () => (await logOf('sessions')).find(({ session }) => session === 'z'));
  expect([entry?.message, back.message]).toEqual([{ back: true }, { back: true }]);
  expect(orders.errors()).toContain('Service Bus answers again');
});

async function secretsOf(host: AppHost): Promise<{ functions: Record<string, { default: string }> }> {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(`${host.dataDir}/secrets.json`, 'utf8'));
}
