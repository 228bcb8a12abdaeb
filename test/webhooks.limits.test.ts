import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { toAlert } from '#features/webhooks/delivery/alert.ts';
import { DeliveryStore } from '#features/webhooks/deliveryStore.ts';
import {
  DeliveryMessage,
  deliveriesTable,
  type EventMessage,
  Sender,
  Webhooks,
  webhookRoutes,
  webhooksTable,
} from '#features/webhooks/index.ts';
import { Peers } from '#features/webhooks/peers.ts';
import { bucketOf } from '#features/webhooks/rows.ts';
import { Api } from '#http/api.ts';
import { UNSCOPED } from '#http/principal.ts';
import type { Child } from '#local/child.ts';
import { startServiceBus } from '#local/service-bus/index.ts';
import { startAzurite } from '#local/stack.ts';
import { encryptedSecrets } from '#platform/encryptedSecrets.ts';
import { setLogLevel } from '#platform/log.ts';
import { Queues } from '#platform/queues.ts';
import type { Secrets } from '#platform/secrets.ts';
import { Tables } from '#platform/tables.ts';
import { queues as declared, tables as declaredTables } from '../src/declarations.ts';
import { manualClock } from './support/emulators.ts';
import { until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

type Kept = { id: string; event_id: string; status: string; attempts: number; reason: string | null };

const TENANT = '11111111-1111-4111-8111-111111111111';
const POLICY = { ports: [443], allowHttp: true, allowLoopback: true };
const DAY = 86_400_000;
const NOWHERE =
  'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true';
const children: Child[] = [];
let tables: Tables;
let broker: Awaited<ReturnType<typeof startServiceBus>>;
let client: ServiceBusClient;
let queues: Queues;
let clock: ReturnType<typeof manualClock>;
let webhooks: Webhooks;
let secrets: Secrets;
let server: Server;
let url: string;
let status = 204;
let delayMs = 0;
let received: { event_id: string; event_type: string }[] = [];

beforeAll(async () => {
  setLogLevel('error');
  const dir = tempDir();
  const storage = await startAzurite({ file: (name) => join(dir, name.replace('/', '-')) }, children);
  tables = new Tables({ connectionString: storage.STORAGE_CONNECTION_STRING });
  await tables.create(declaredTables);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as (typeof received)[number];
      const isHandshake = body.event_type.startsWith('webhook.');
      if (!isHandshake) received.push(body);
      setTimeout(() => response.writeHead(isHandshake ? 204 : status).end(), isHandshake ? 0 : delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all(children.map((child) => child.stop(200)));
});

/** A broker whose `deliveries` queue is full after 100 KB, and webhooks with a clock of the test's. */
beforeEach(async () => {
  const small = declared.map((queue) =>
    queue.name === 'deliveries' ? { ...queue, maxSizeInMegabytes: 0.1 } : queue,
  );
  broker = await startServiceBus({ port: 0, dataDir: undefined, queues: small });
  client = new ServiceBusClient(broker.connectionString);
  queues = new Queues({ connectionString: broker.connectionString });
  clock = manualClock(new Date().toISOString());
  secrets = encryptedSecrets(tempDir());
  // Those of the tests before are gone, but would keep their share for a while.
  await tables
    .open(webhooksTable)
    .system('instances')
    .remove(await instancesOf());
  webhooks = anotherInstance();
  [received, status, delayMs] = [[], 204, 0];
});
afterEach(async () => {
  for (const { id } of await webhooks.list(TENANT)) await webhooks.remove(TENANT, id);
  await queues.close();
  await client.close();
  await broker.close();
});

/** Of the same tables, clock and secrets. */
function anotherInstance(bus = queues): Webhooks {
  return new Webhooks({
    tables,
    queues: bus,
    secrets,
    clock,
    sender: new Sender(POLICY),
    urlPolicy: POLICY,
    disableAfterDays: 5,
    retentionDays: 30,
    overlapHours: 24,
  });
}

function register(events: string[], retries = 0) {
  return webhooks.create(TENANT, {
    name: 'test',
    url,
    events,
    filters: null,
    retry_config: {
      max_retries: retries,
      initial_delay_ms: 100,
      max_delay_ms: 100,
      exponential_backoff: true,
    },
    payload: 'full',
    ordering: 'none',
    max_concurrency: 4,
    rate_limit_per_second: null,
  });
}

function eventOf(id: string, padding = ''): EventMessage {
  const event = { id, type: 'tested', tenantid: TENANT, time: clock.now().toISOString(), data: { padding } };
  return { id: `message-${id}`, events: [event] };
}

/** Takes what is on the queue and works on it, until nothing is left. */
async function drain(): Promise<DeliveryMessage[]> {
  const receiver = client.createReceiver('deliveries');
  const seen: DeliveryMessage[] = [];
  for (;;) {
    const messages = await receiver.receiveMessages(50, { maxWaitTimeInMs: 300 });
    if (messages.length === 0) break;
    for (const message of messages) {
      const parsed = DeliveryMessage.parse(message.body);
      seen.push(parsed);
      await webhooks.deliver(parsed);
      await receiver.completeMessage(message);
    }
  }
  await receiver.close();
  return seen;
}

async function statuses(id: string): Promise<string[]> {
  const query = { limit: 500 };
  return (await webhooks.deliveries(TENANT, id, query)).data.map((kept: Kept) => kept.status);
}

it('a full queue answers 503 with Retry-After, and loses nothing', async () => {
  const { id } = await register(['tested']);
  const events = Array.from({ length: 12 }, (_, index) => eventOf(`full-${index}`, 'x'.repeat(20_000)));
  for (const event of events) await webhooks.fanOut([event]);
  const { data } = await webhooks.deliveries(TENANT, id, { limit: 1 });
  const api = new Api({
    routes: webhookRoutes(webhooks),
    authenticate: async () => ({
      tenantId: TENANT,
      id: 'test',
      kind: 'key',
      roles: ['operator'],
      name: 'test',
      scopes: UNSCOPED,
    }),
    maxBodyBytes: 1000,
  });

  let response: Response;
  do {
    const request = new Request(`http://host/api/v1/deliveries/${data[0]?.id}/retry`, { method: 'POST' });
    response = await api.handle(request, () => undefined);
  } while (response.status === 202);

  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('30');
  expect(await response.json()).toMatchObject({ code: 'DeliveryQueueFull' });
  for (let sweeps = 0; sweeps < 10 && (await statuses(id)).includes('pending'); sweeps += 1) {
    await drain();
    await webhooks.sweep();
  }
  expect(new Set(received.map(({ event_id }) => event_id))).toEqual(
    new Set(events.map((_, index) => `full-${index}`)),
  );
  expect(await statuses(id)).toEqual(events.map(() => 'delivered'));
});

it('an endpoint that has failed everything for five days is disabled; what comes then is cancelled', async () => {
  const { id } = await register(['tested']);
  status = 500;

  for (const days of [0, 4.9, 0.2]) {
    clock.advance(days * DAY);
    await webhooks.fanOut([eventOf(`failing-${days}`)]);
    await drain();
  }

  expect(await webhooks.get(TENANT, id)).toMatchObject({
    active: false,
    disabled_reason: expect.stringContaining('every delivery has failed since'),
  });
  const alerts = await client.createReceiver('events').peekMessages(10);
  const types = alerts.flatMap(({ body }) =>
    (body as { data: { alert_type: string } }[]).map(({ data }) => data.alert_type),
  );
  expect(types).toEqual([...Array.from({ length: 3 }, () => 'webhook.delivery_dead'), 'webhook.disabled']);
  status = 204;
  expect(await webhooks.enable(TENANT, id)).toMatchObject({ active: true, failing_since: null });
  expect(await webhooks.replay(TENANT, id, { status: 'failed' })).toEqual({ replayed: 3, remaining: false });
  await drain();
  expect(await statuses(id)).toEqual(['delivered', 'delivered', 'delivered']);
});

it('a success in between begins the five days anew', async () => {
  const { id } = await register(['tested']);

  for (const [days, answer] of [
    [0, 500],
    [3, 204],
    [3, 500],
    [3, 500],
  ] as const) {
    clock.advance(days * DAY);
    status = answer;
    await webhooks.fanOut([eventOf(`flapping-${days}-${answer}-${clock.now().getTime()}`)]);
    await drain();
  }

  const { active, failing_since: since } = await webhooks.get(TENANT, id);
  expect(active).toBe(true);
  expect(Date.parse(since ?? '')).toBe(clock.now().getTime() - 3 * DAY);
});

it('a message that comes again after its attempt was recorded does nothing', async () => {
  const { id } = await register(['tested'], 1);
  status = 500;
  await webhooks.fanOut([eventOf('again')]);
  const [first] = await drain();
  clock.advance(1000);

  // A guard, a redelivery of a failed first attempt, and that of a retry that was made.
  if (first) {
    const again = (change: object) =>
      webhooks.deliver({ ...first, deliveries: first.deliveries.map((each) => ({ ...each, ...change })) });
    await again({ check: true });
    await again({ attempt: 2, check: true });
    await again({ attempt: 2, check: true });
  }
  const sent = received.length;

  expect(sent).toBe(2);
  expect(await statuses(id)).toEqual(['dead']);
});

it('a slow attempt gives its worker back, and is recorded when it ends', async () => {
  const { id } = await register(['tested']);
  delayMs = 3000;
  const startedAt = performance.now();

  await webhooks.fanOut([eventOf('slow')]);
  await drain();

  expect(performance.now() - startedAt).toBeLessThan(3000);
  expect(
    await until(
      () => statuses(id),
      ([kept]) => kept === 'delivered',
    ),
  ).toEqual(['delivered']);
  expect(received).toHaveLength(1);
});

it('a fan-out that died after keeping and before queueing is made good when its message comes again', async () => {
  const { id } = await register(['tested']);
  const event = eventOf('half');
  const broken = anotherInstance(new Queues({ connectionString: NOWHERE }));
  void broken.fanOut([event]).catch(() => undefined);
  const kept = tables.open(deliveriesTable).forTenant(TENANT, 'events');
  await until(
    () => kept.list<{ claim: string }>(),
    (rows) => rows.some(({ claim }) => claim === event.id),
  );

  await webhooks.fanOut([{ ...event, id: 'another message' }]);
  const others = await drain();
  await webhooks.fanOut([event]);
  await drain();
  await webhooks.fanOut([event]);
  await drain();

  expect(others).toEqual([]);
  expect(await statuses(id)).toEqual(['delivered']);

  expect(received.map(({ event_id }) => event_id)).toEqual(['half']);
});

it('nothing is sent by another instance once the deletion was answered, though it knew the webhook', async () => {
  const { id } = await register(['tested']);
  const other = anotherInstance();
  const [first, ...others] = await packs(['known', 'late-1', 'late-2']);
  if (first) await other.deliver(first);

  await webhooks.remove(TENANT, id);
  const sent = received.length;
  await Promise.all(others.map((message) => other.deliver(message)));

  expect(sent).toBe(1);
  expect(received).toHaveLength(1);
});

it('a clock that is set back, or far ahead, loses no delivery and repeats none', async () => {
  const { id } = await register(['tested'], 2);
  const messages = await packs(['before', 'back', 'ahead']);

  for (const [index, message] of messages.entries()) {
    await webhooks.deliver(message);
    clock.advance(index === 0 ? -3 * DAY : 400 * DAY);
    await webhooks.deliver(message, true);
  }

  expect(received.map(({ event_id }) => event_id)).toEqual(['before', 'back', 'ahead']);
  expect(await statuses(id)).toEqual(['delivered', 'delivered', 'delivered']);
});

it('an alert outlives the process that was to raise it', async () => {
  const { id } = await register(['tested']);
  const endpoint = { ...(await webhooks.get(TENANT, id)), secret_version: 1 };
  const alert = toAlert(endpoint, { type: 'webhook.delivery_dead', reason: 'test', at: clock.now() });
  const dying = new DeliveryStore(TENANT, { tables, queues: new Queues({ connectionString: NOWHERE }) });

  void dying.record(id, 'key', { change: { status: 'dead' }, alerts: [alert] }).catch(() => undefined);
  await until(
    () => outbox(id),
    (rows) => rows.length === 1,
  );
  await webhooks.sweep();
  const early = await outbox(id);
  clock.advance(120_000);
  await webhooks.sweep();

  const raised = await client.createReceiver('events').peekMessages(10);
  expect(early).toHaveLength(1);
  expect(await outbox(id)).toEqual([]);
  expect(raised.flatMap(({ body }) => body as unknown[])).toEqual([alert]);
});

/** Messages of the `deliveries` queue, one for each event, taken off it. */
async function packs(ids: readonly string[]): Promise<DeliveryMessage[]> {
  for (const id of ids) await webhooks.fanOut([eventOf(id)]);
  const receiver = client.createReceiver('deliveries', { receiveMode: 'receiveAndDelete' });
  const messages: DeliveryMessage[] = [];
  while (messages.length < ids.length) {
    const found = await receiver.receiveMessages(ids.length, { maxWaitTimeInMs: 300 });
    messages.push(...found.map(({ body }) => DeliveryMessage.parse(body)));
  }
  await receiver.close();
  return messages.sort((left, right) => ids.indexOf(idOf(left)) - ids.indexOf(idOf(right)));
}

function idOf({ events }: DeliveryMessage): string {
  return events[0]?.id ?? '';
}

function outbox(endpointId: string) {
  const bucket = String(bucketOf(endpointId));
  return tables.open(deliveriesTable).forTenant(TENANT, bucket).list({ from: 'o|', to: 'o|~' });
}

it('limits are divided among the instances at work, to the last place', async () => {
  const instances = Array.from({ length: 3 }, () => new Peers(tables, 20));
  const limitsOf = async (places: number, id: string) => {
    const endpoint = { id, max_concurrency: places, rate_limit_per_second: 30 };
    return Promise.all(instances.map(async (each) => each.limitsOf(endpoint)));
  };
  await limitsOf(1, crypto.randomUUID());
  await pause(50);
  await limitsOf(1, crypto.randomUUID());
  await pause(50);

  const shares = await Promise.all([1, 2, 4, 7].map((places) => limitsOf(places, crypto.randomUUID())));

  const sums = shares.map((all) => all.reduce((sum, { concurrency }) => sum + concurrency, 0));
  expect(sums).toEqual([1, 2, 4, 7]);
  expect(shares.flat().map(({ ratePerSecond }) => ratePerSecond)).toEqual(Array(12).fill(10));
});

async function instancesOf(): Promise<string[]> {
  return (await tables.open(webhooksTable).system('instances').list()).map(({ rowKey }) => rowKey);
}
