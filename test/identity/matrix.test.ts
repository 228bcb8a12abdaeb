import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryMessage } from '#features/webhooks/index.ts';
import { grants, ROLES, type Role } from '#http/role.ts';
import type { Route } from '#http/route.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type Answered, type CallOptions, callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';
import { tempDir } from '../support/tempDir.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const CANARY = 'canary-of-tenant-one';
const UUID = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let receiver: Server;
let owner: string;
let stranger: string;

beforeAll(async () => {
  receiver = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(200).end()),
  );
  receiver.listen(0, '127.0.0.1');
  emulators = await startEmulators();
  services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: TENANT,
      LOG_LEVEL: 'error',
      SECRETS_DIRECTORY: tempDir(),
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_LOOPBACK: 'true',
      RATE_LIMIT_PER_MINUTE: '1000000',
      TENANT_RATE_LIMIT_PER_MINUTE: '1000000',
      CONCURRENT_CALLS: '1000',
    }),
  );
  owner = await services.identity.createKey({ tenantId: TENANT, role: 'owner', name: 'owner' });
  stranger = await services.identity.createKey({ tenantId: OTHER, role: 'owner', name: 'stranger' });
}, 60_000);
afterAll(async () => {
  receiver.close();
  await services.queues.close();
  await emulators.stop();
});

function call(target: string, options: CallOptions = {}): Promise<Answered> {
  return callApi(services, target, { key: owner, ...options });
}

const guarded = () => services.api.routes.filter(({ role }) => role !== 'anonymous');

/** Every route with whatever it takes in its path. */
function targetOf({ method, path }: Route, id = 'none'): string {
  return `${method} ${path.replaceAll(/\{\w+\+?\}/g, encodeURIComponent(id))}`;
}

async function statuses(
  options: CallOptions,
): Promise<{ route: string; role: Route['role']; status: number }[]> {
  const found = [];
  for (const route of guarded())
    found.push({
      route: route.name,
      role: route.role,
      status: (await call(targetOf(route), options)).status,
    });
  return found;
}

describe('every route', () => {
  it.each<[string, () => Promise<string | undefined>]>([
    ['no credential', async () => undefined],
    ['a key that is none', async () => 'pcx_nobody'],
    ['a key of the right form that nobody has', async () => `pcx_${'0'.repeat(49)}`],
    ['a text that is no token', async () => 'eyJhbGciOiJub25lIn0.e30.'],
    [
      'a revoked key',
      async () => {
        const { id, key } = await services.identity.keys.make({
          tenantId: TENANT,
          role: 'owner',
          name: 'revoked',
        });
        await services.identity.keys.revoke(TENANT, id);
        return key;
      },
    ],
    [
      'an expired key',
      () =>
        services.identity.createKey({
          tenantId: TENANT,
          role: 'owner',
          name: 'expired',
          expiresAt: '2020-01-01T00:00:00.000Z',
        }),
    ],
    [
      'a key that was rotated without overlap',
      async () => {
        const { id, key } = await services.identity.keys.make({
          tenantId: TENANT,
          role: 'owner',
          name: 'rotated',
        });
        await call(`POST /api/v1/keys/${id}/rotate?overlapHours=0`);
        return key;
      },
    ],
  ])('with %s answers 401', async (_, keyOf) => {
    const key = await keyOf();

    const found = await statuses({ key });

    expect(found.length).toBeGreaterThan(30);
    expect(found.filter(({ status }) => status !== 401)).toEqual([]);
  });

  it.each(ROLES)(
    'with the role %s answers 403 where more is needed, and nowhere else',
    async (role: Role) => {
      const key = await services.identity.createKey({ tenantId: TENANT, role, name: role });

      const found = await statuses({ key });

      const wrong = found.filter((answer) => (answer.status === 403) === grants(role, answer.role as Role));
      // Only the estate's own tenant syncs, and this one is it, so no route has a reason of its own to refuse.
      expect(wrong).toEqual([]);
      expect(found.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
    },
  );
});

/** Something of tenant one behind each collection that has ids in its paths: path of the collection to id. */
async function plant(): Promise<ReadonlyMap<string, string>> {
  const type = { resource_type: 'Matrix.Test/things', tags: { canary: CANARY } };
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${CANARY}`;
  const webhook = await call('POST /api/v1/webhooks', { body: { name: CANARY, url, events: ['Resource*'] } });
  const resource = await call('POST /api/v1/resources', { body: { name: CANARY, ...type } });
  const key = await call('POST /api/v1/keys', { body: { name: CANARY, role: 'viewer' } });
  const { job } = await services.jobsOf(TENANT).start('sync', [CANARY]);
  const user = await call('POST /scim/v2/Users', {
    body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: CANARY },
  });
  const group = await call('POST /scim/v2/Groups', {
    body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: CANARY },
  });
  expect([resource, webhook, key, user, group].map(({ status }) => status)).toEqual([
    201, 201, 201, 201, 201,
  ]);
  await services.webhooks.fanOut([{ id: 'message-1', events: [await eventOf(String(resource.json.id))] }]);
  await deliverAll();
  const deliveries = await call(`GET /api/v1/webhooks/${String(webhook.json.id)}/deliveries`);
  const [delivery] = deliveries.json.data as { id: string }[];
  return new Map([
    ['/api/v1/resources', String(resource.json.short_id)],
    ['/api/v1/webhooks', String(webhook.json.id)],
    ['/api/v1/deliveries', delivery?.id ?? ''],
    ['/api/v1/keys', String(key.json.id)],
    ['/api/v1/sync', job.id],
    ['/scim/v2/Users', String(user.json.id)],
    ['/scim/v2/Groups', String(group.json.id)],
  ]);
}

/** What the function of the queue does. */
async function deliverAll(): Promise<void> {
  const client = new ServiceBusClient(emulators.environment.ServiceBus);
  const queue = client.createReceiver('deliveries', { receiveMode: 'receiveAndDelete' });
  for (const { body } of await queue.receiveMessages(10, { maxWaitTimeInMs: 3000 }))
    await services.webhooks.deliver(DeliveryMessage.parse(body));
  await client.close();
}

async function eventOf(resourceId: string) {
  const [event] = await emulators.eventsOf('external');
  if (!event) throw new Error(`no event of ${resourceId}`);
  return event;
}

/** An id of the same form that nobody has. */
function missing(id: string): string {
  return id.replaceAll(/[0-9a-f](?=[0-9a-f]{0,6}$)/g, (digit) => (digit === '0' ? '1' : '0'));
}

describe('a valid id of tenant one, with the key of another tenant', () => {
  it('is answered on every route as one that does not exist, and shows nothing', async () => {
    const planted = await plant();
    const compared: string[] = [];
    const wrong: unknown[] = [];
    for (const [collection, id] of planted) {
      const own = await call(`GET ${collection}/${id}`);
      expect([collection, own.status]).toEqual([collection, 200]);
      for (const route of guarded().filter(({ path }) => path.startsWith(`${collection}/{`))) {
        const ask = (asked: string) => call(targetOf(route, asked), { key: stranger, ...bodyOf(route) });
        const [theirs, nobodys] = [await ask(id), await ask(missing(id))];
        const shown = theirs.text.replaceAll(id, 'ID').replaceAll(/"correlationId":"[^"]+"/g, '');
        const expected = nobodys.text
          .replaceAll(missing(id), 'ID')
          .replaceAll(/"correlationId":"[^"]+"/g, '');
        const isSame = theirs.status === nobodys.status && shown === expected;
        const isRefused = theirs.status === 404 || (theirs.status === 400 && route.body !== undefined);
        if (!isSame || !isRefused || theirs.text.includes(CANARY))
          wrong.push([route.name, theirs.status, shown, expected]);
        compared.push(route.name);
      }
      expect((await call(`GET ${collection}/${id}`)).status).toBe(200);
    }

    expect(wrong).toEqual([]);
    expect(compared.length).toBeGreaterThanOrEqual(18);
  }, 60_000);

  it('is in no list of another tenant', async () => {
    const lists = guarded().filter(({ method, path }) => method === 'GET' && !path.includes('{'));

    const answers = await Promise.all(
      lists.map(async ({ name, path }) => ({ name, ...(await call(`GET ${path}`, { key: stranger })) })),
    );

    expect(answers.length).toBeGreaterThan(12);
    expect(answers.filter(({ text }) => text.includes(CANARY)).map(({ name }) => name)).toEqual([]);
  });

  it('in a message of another tenant does nothing', async () => {
    const webhooks = await call('GET /api/v1/webhooks');
    const [{ id } = { id: '' }] = webhooks.json.data as { id: string }[];
    const [delivery] = (await call(`GET /api/v1/webhooks/${id}/deliveries`)).json.data as { id: string }[];
    const before = await call(`GET /api/v1/deliveries/${delivery?.id}`);

    await services.webhooks.fanOut([
      { id: 'message-2', events: [{ ...(await eventOf('')), tenantid: OTHER }] },
    ]);
    const job = await services
      .jobsOf(OTHER)
      .find((await services.jobsOf(TENANT).start('sync', [CANARY])).job.id);

    expect(before.status).toBe(200);
    expect((await call(`GET /api/v1/deliveries/${delivery?.id}`)).json).toEqual(before.json);
    expect(job).toBeUndefined();
    expect((await call('GET /api/v1/webhooks', { key: stranger })).json.total).toBe(0);
  });
});

/** A body that a route takes, where an id is looked up only after it. */
function bodyOf(route: Route): { body?: object } {
  if (!route.body) return {};
  const bodies = [
    {},
    { annotations: { notes: 'x' } },
    { name: 'x' },
    { delivery_ids: [UUID] },
    { status: 'failed' },
  ];
  const body = bodies.find((candidate) => route.body?.safeParse(candidate).success);
  return { body: body ?? {} };
}
