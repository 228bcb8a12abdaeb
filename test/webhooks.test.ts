import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventsQueue } from '#features/events/index.ts';
import { DeliveryMessage, verifyWebhook } from '#features/webhooks/index.ts';
import type { Role } from '#http/role.ts';
import { createServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { startEmulators } from './support/emulators.ts';
import { until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

type Received = { path: string; method: string; headers: IncomingHttpHeaders; body: string };
type Hook = { id: string; secret: string; active: boolean; disabled_reason: string | null; name: string };
type Attempt = { status: number | null; error_kind: string | null; response_body: string | null };
type Kept = { id: string; event_id: string; status: string; attempts: number; reason: string | null };

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER_TENANT = '99999999-9999-4999-8999-999999999999';
const QUICK = { max_retries: 2, initial_delay_ms: 100, max_delay_ms: 200 };
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let client: ServiceBusClient;
let server: Server;
let url: string;
const received: Received[] = [];
/** By path; anything else answers 204. */
const answers = new Map<string, (response: ServerResponse, request: Received) => void>();

beforeAll(async () => {
  emulators = await startEmulators();
  services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: TENANT,
      LOG_LEVEL: 'error',
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_LOOPBACK: 'true',
      SECRETS_DIRECTORY: tempDir(),
    }),
  );
  client = new ServiceBusClient(emulators.environment.ServiceBus);
  work('events', ({ body, messageId }) =>
    services.webhooks.fanOut([{ id: String(messageId), events: body as unknown[] }]),
  );
  work('deliveries', ({ body }) => services.webhooks.deliver(DeliveryMessage.parse(body)));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', method = '', headers } = request;
      const given = { path, method, headers, body: Buffer.concat(chunks).toString() };
      received.push(given);
      const answer = answers.get(path);
      const isHandshake = String(headers['x-policycortex-event']).startsWith('webhook.');
      if (answer && !isHandshake) answer(response, given);
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await client.close();
  await services.queues.close();
  await emulators.stop();
});

/** As the host: one batch of events at a time, eight messages of deliveries. */
function work(queue: string, run: (message: ServiceBusReceivedMessage) => Promise<void>): void {
  client
    .createReceiver(queue)
    .subscribe(
      { processMessage: (message) => run(message), processError: async () => undefined },
      { autoCompleteMessages: true, maxConcurrentCalls: queue === 'events' ? 1 : 8 },
    );
}

const keys = new Map<string, string>();
async function call<T = Record<string, unknown>>(
  method: string,
  path: string,
  options: { body?: unknown; role?: Role; tenantId?: string } = {},
): Promise<{ status: number; body: T; headers: Headers }> {
  const { body, role = 'operator', tenantId = TENANT } = options;
  const name = `${tenantId}|${role}`;
  const key = keys.get(name) ?? (await services.identity.createKey({ tenantId, role, name }));
  keys.set(name, key);
  const request = new Request(`http://host/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const response = await services.api.handle(request, () => undefined);
  const answer = (await response.json()) as T;
  checkAnswer({ method, path: new URL(request.url).pathname }, response.status, answer);
  return { status: response.status, body: answer, headers: response.headers };
}

/** Good answers are what their route declares. */
function checkAnswer(request: { method: string; path: string }, status: number, answer: unknown): void {
  if (status >= 400) return;
  const route = services.api.routes.find(({ method, path }) => {
    const pattern = new RegExp(`^${path.replace(/\{\w+\+?\}/g, '[^/]+')}$`);
    return method === request.method && pattern.test(request.path);
  });
  expect(route?.responses[status]?.schema?.safeParse(answer).error).toBeUndefined();
}

async function register(path: string, options: Record<string, unknown> = {}): Promise<Hook> {
  const input = { name: path, url: `${url}${path}`, events: [`Custom(${path.slice(1)})`], ...options };
  const { status, body } = await call<Hook>('POST', '/webhooks', { body: input });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

let sent = 0;
function eventOf(type: string, data: Record<string, unknown> = {}, time = new Date()) {
  sent += 1;
  return {
    specversion: '1.0',
    id: `event-${sent}`,
    source: '/test',
    type,
    subject: 'test',
    time: time.toISOString(),
    tenantid: TENANT,
    data: { resource_id: `/r/${sent}`, severity: 'high', ...data },
  };
}

async function emit(events: readonly ReturnType<typeof eventOf>[], messageId = crypto.randomUUID()) {
  await services.queues.send(eventsQueue, [{ body: events, messageId, tenantId: TENANT }]);
}

function to(path: string): Received[] {
  return received.filter(
    (each) => each.path === path && !String(each.headers['x-policycortex-event']).startsWith('webhook.'),
  );
}

async function deliveriesOf(hook: Hook, query = ''): Promise<Kept[]> {
  return (await call<{ data: Kept[] }>('GET', `/webhooks/${hook.id}/deliveries${query}`)).body.data;
}

function settled(hook: Hook, count: number): Promise<Kept[]> {
  return until(
    () => deliveriesOf(hook),
    (kept) => kept.length === count && kept.every(({ status }) => !['pending', 'retrying'].includes(status)),
    15_000,
  );
}

describe('registration', () => {
  it('challenges the receiver, tests it, and shows the secret once', async () => {
    const hook = await register('/registered', { events: ['ResourceCreated'] });

    const events = received.filter(({ path }) => path === '/registered');
    expect(events.map(({ headers }) => headers['x-policycortex-event'])).toEqual([
      'webhook.validation',
      'webhook.test',
    ]);
    const test = events[1];
    expect(JSON.parse(test?.body ?? '')).toMatchObject({
      event_type: 'webhook.test',
      tenant_id: TENANT,
      data: { webhook_id: hook.id, message: 'This is a test webhook from PolicyCortex' },
      metadata: { test: 'true' },
    });
    expect(new Webhook(hook.secret).verify(test?.body ?? '', test?.headers as never)).toBeTruthy();
    const shown = await call('GET', `/webhooks/${hook.id}`, { role: 'viewer' });
    expect(JSON.stringify(shown.body)).not.toContain(hook.secret);
    expect(shown.body).toMatchObject({ retry_config: { max_retries: 3, initial_delay_ms: 1000 } });
  });

  it.each([
    'https://169.254.169.254/x',
    'http://10.0.0.1/',
    'https://user@contoso.com/',
    'https://intranet/',
    'http://127.0.0.1:1/refuses',
  ])('refuses %s with InvalidUrl', async (bad) => {
    const input = { name: 'bad', url: bad, events: ['*'] };

    const { status, body } = await call('POST', '/webhooks', { body: input });

    expect(status).toBe(400);
    expect(body).toMatchObject({ detail: expect.stringMatching(/^InvalidUrl: /) });
    expect(body).toMatchObject({ code: 'InvalidUrl', errors: [{ field: '/url' }] });
  });

  it('takes the CloudEvents handshake, and refuses with TestWebhookFailed', async () => {
    const other = createServer((request, response) => {
      if (request.method === 'OPTIONS') {
        const allowed = { 'webhook-allowed-origin': String(request.headers['webhook-request-origin']) };
        return response.writeHead(200, allowed).end();
      }
      request.resume();
      return response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const input = {
      name: 'x',
      url: `http://127.0.0.1:${(other.address() as AddressInfo).port}/`,
      events: ['*'],
    };

    const { status, body } = await call('POST', '/webhooks', { body: input });
    other.closeAllConnections();
    other.close();

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'TestWebhookFailed' });
    const { body: list } = await call<{ data: Hook[] }>('GET', '/webhooks');
    expect(list.data.some(({ name }) => name === 'x')).toBe(false);
  });

  it('is not for viewers, and other tenants see nothing of it', async () => {
    const hook = await register('/mine');
    const elsewhere = { tenantId: OTHER_TENANT };

    const answers = await Promise.all([
      call('POST', '/webhooks', { role: 'viewer', body: {} }),
      call('GET', `/webhooks/${hook.id}`, elsewhere),
      call('DELETE', `/webhooks/${hook.id}`, elsewhere),
      call('GET', `/webhooks/${hook.id}/deliveries`, elsewhere),
      call('POST', `/webhooks/${hook.id}/rotate-secret`, elsewhere),
      call('GET', '/webhooks/not-an-id'),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 404, 404, 404, 404, 404]);
    expect(answers[1]?.body).toMatchObject({ code: 'NotFound' });
    expect((await call<{ total: number }>('GET', '/webhooks', elsewhere)).body.total).toBe(0);
  });
});

describe('delivery', () => {
  it('sends the signed payload of the guide, once for each event however often it comes', async () => {
    const hook = await register('/once', { filters: { severity_levels: ['high'] } });
    const event = eventOf('once', { subscription_id: 's' });

    await emit([event, eventOf('once', { severity: 'low' })]);
    await settled(hook, 1);
    await emit([event]);
    await emit([event, event]);
    const last = eventOf('once');
    await emit([last]);
    await settled(hook, 2);

    const requests = to('/once');
    expect(requests.map(({ body }) => JSON.parse(body).event_id)).toEqual([event.id, last.id]);
    const { headers = {}, body = '' } = requests[0] ?? {};
    expect(JSON.parse(body)).toEqual({
      event_id: event.id,
      event_type: 'once',
      timestamp: event.time,
      tenant_id: TENANT,
      data: event.data,
      metadata: { source: '/test', subject: 'test' },
    });
    expect(new Webhook(hook.secret).verify(body, headers as never)).toBeTruthy();
    expect(verifyWebhook({ headers, body }, hook.secret)).toEqual({ ok: true });
    expect(headers).toMatchObject({
      'x-policycortex-event': 'once',
      'x-policycortex-signature': expect.stringMatching(/^sha256=[\da-f]{64}$/),
      'x-policycortex-delivery': headers['webhook-id'],
    });
  });

  it('retries, records every attempt, and dies with its reason; retry and replay send it again', async () => {
    answers.set('/failing', (response) => response.writeHead(500, { 'set-cookie': 'a=b' }).end('broken'));
    const hook = await register('/failing', { retry_config: QUICK });
    const alerts = await register('/alerts', { events: ['AlertTriggered'] });

    await emit([eventOf('failing')]);
    const [dead] = await settled(hook, 1);

    expect(dead).toMatchObject({ status: 'dead', attempts: 3, reason: expect.stringContaining('500') });
    const { body } = await call<{ log: Attempt[] }>('GET', `/deliveries/${dead?.id}`);
    expect(body.log.map(({ status, response_body: text }) => [status, text])).toEqual(
      Array.from({ length: 3 }, () => [500, 'broken']),
    );
    expect(JSON.stringify(body)).not.toContain('a=b');
    expect(new Set(to('/failing').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await until(
      async () => to('/alerts'),
      ({ length }) => length === 1,
    );
    expect(JSON.parse(to('/alerts')[0]?.body ?? '')).toMatchObject({
      event_type: 'AlertTriggered',
      data: { alert_type: 'webhook.delivery_dead', webhook_id: hook.id, delivery_id: dead?.id },
    });
    answers.delete('/failing');
    expect((await call('POST', `/deliveries/${dead?.id}/retry`)).status).toBe(202);
    expect(await settled(hook, 1)).toMatchObject([{ status: 'delivered', attempts: 4 }]);
    const replayed = await call('POST', `/webhooks/${hook.id}/replay`, { body: { status: 'all' } });
    expect(replayed).toMatchObject({ status: 202, body: { replayed: 1, remaining: false } });
    expect(await settled(hook, 1)).toMatchObject([{ status: 'delivered', attempts: 5 }]);
    await call('DELETE', `/webhooks/${alerts.id}`);
  });

  it('waits as long as Retry-After says', async () => {
    const times: number[] = [];
    answers.set('/busy', (response) => {
      times.push(Date.now());
      response.writeHead(times.length === 1 ? 429 : 200, { 'retry-after': '1' }).end();
    });
    const hook = await register('/busy', { retry_config: QUICK });

    await emit([eventOf('busy')]);

    expect(await settled(hook, 1)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('disables what is gone (410); what comes meanwhile can be replayed once it is enabled', async () => {
    answers.set('/gone', (response) => response.writeHead(410).end());
    const hook = await register('/gone', { retry_config: QUICK });

    await emit([eventOf('gone')]);
    await settled(hook, 1);

    const disabled = await until(
      () => call<Hook>('GET', `/webhooks/${hook.id}`),
      ({ body }) => !body.active,
    );
    expect(disabled.body.disabled_reason).toContain('410');
    answers.delete('/gone');
    expect((await call<Hook>('POST', `/webhooks/${hook.id}/enable`)).body.active).toBe(true);
    await call('POST', `/webhooks/${hook.id}/replay`, { body: {} });
    expect(await settled(hook, 1)).toMatchObject([{ status: 'delivered' }]);
  });

  it('signs with old and new secret after a rotation', async () => {
    const hook = await register('/rotated');
    const { body: rotated } = await call<{ secret: string }>('POST', `/webhooks/${hook.id}/rotate-secret`);

    await emit([eventOf('rotated')]);
    await settled(hook, 1);

    const { headers, body } = to('/rotated')[0] ?? { headers: {}, body: '' };
    for (const secret of [hook.secret, rotated.secret])
      expect(verifyWebhook({ headers, body }, secret)).toEqual({ ok: true });
  });

  it('stops with the deletion', async () => {
    answers.set('/deleted', (response) => response.writeHead(500).end());
    const hook = await register('/deleted', { retry_config: { ...QUICK, max_retries: 20 } });
    await emit(Array.from({ length: 20 }, () => eventOf('deleted')));
    await until(
      async () => to('/deleted'),
      ({ length }) => length > 10,
    );

    const { status } = await call('DELETE', `/webhooks/${hook.id}`);
    const before = to('/deleted').length;
    await emit([eventOf('deleted')]);
    await new Promise((resolve) => setTimeout(resolve, 1000));

    expect(status).toBe(200);
    expect(to('/deleted')).toHaveLength(before);
    expect((await call('GET', `/webhooks/${hook.id}`)).status).toBe(404);
  });

  it('takes custom events of any name', async () => {
    const hook = await register('/odd', { events: ['odd*'] });

    await emit([eventOf('odd\r\nx: y 🎉')]);
    await settled(hook, 1);

    expect(to('/odd')[0]?.headers).toMatchObject({ 'x-policycortex-event': 'odd??x: y ??' });
    expect(JSON.parse(to('/odd')[0]?.body ?? '').event_type).toBe('odd\r\nx: y 🎉');
  });

  it('sends only ids where thin payloads are asked for', async () => {
    const hook = await register('/thin', { payload: 'thin' });

    await emit([eventOf('thin', { tags: { secret: 'x' } })]);
    await settled(hook, 1);

    expect(Object.keys(JSON.parse(to('/thin')[0]?.body ?? '').data)).toEqual(['resource_id']);
  });

  it('sends what is too long for a message, and sends it again, in the same bytes', async () => {
    const hook = await register('/long');
    const event = eventOf('long', { padding: 'ü€'.repeat(35_000) });

    await emit([event]);
    const [kept] = await settled(hook, 1);
    await call('POST', `/deliveries/${kept?.id}/retry`);
    await until(
      async () => to('/long'),
      ({ length }) => length === 2,
    );

    const [first, second] = to('/long');
    expect(JSON.parse(first?.body ?? '').data).toEqual(event.data);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const { body } = await call<{ payload: { data: unknown } }>('GET', `/deliveries/${kept?.id}`);
    expect(body.payload.data).toEqual(event.data);
  });

  it('keeps the order of a resource where it is asked for', async () => {
    let failures = 0;
    answers.set('/ordered', (response) => {
      failures += 1;
      response.writeHead(failures <= 2 ? 500 : 200).end();
    });
    const hook = await register('/ordered', { ordering: 'resource', retry_config: QUICK });
    const start = Date.now();
    const events = Array.from({ length: 8 }, (_, index) =>
      eventOf('ordered', { resource_id: '/r/one' }, new Date(start + index)),
    );

    for (const event of events) await emit([event]);
    await settled(hook, 8);

    const order = to('/ordered').map(({ body }) => JSON.parse(body).event_id);
    const ids = events.map(({ id }) => id);
    expect([...new Set(order)]).toEqual(ids);
    expect(order.slice(2)).toEqual(ids);
  });

  it('keeps to the rate that is set', async () => {
    const hook = await register('/limited', { rate_limit_per_second: 10 });
    const start = Date.now();

    await emit(Array.from({ length: 15 }, () => eventOf('limited')));
    await settled(hook, 15);

    expect(Date.now() - start).toBeGreaterThan(1300);
    expect(to('/limited')).toHaveLength(15);
  });

  it('of a hanging endpoint delays no other', async () => {
    answers.set('/hanging', () => undefined);
    const hanging = await register('/hanging', { max_concurrency: 2 });
    const swift = await register('/swift');

    await emit(Array.from({ length: 50 }, () => eventOf('hanging')));
    await until(
      async () => to('/hanging'),
      ({ length }) => length === 2,
    );
    const start = performance.now();
    await emit(Array.from({ length: 50 }, () => eventOf('swift')));
    await settled(swift, 50);

    expect(performance.now() - start).toBeLessThan(5000);
    expect(to('/hanging')).toHaveLength(2);
    await call('DELETE', `/webhooks/${hanging.id}`);
  });
});

describe('deliveries', () => {
  it('are listed newest first, by status, type and time, a page at a time', async () => {
    const hook = await register('/listed');
    const start = Date.parse('2026-01-01T00:00:00Z');
    const events = [0, 1, 2, 3, 4].map((hour) => eventOf('listed', {}, new Date(start + hour * 3_600_000)));
    await emit(events);
    await settled(hook, 5);
    const ids = events.map(({ id }) => id).reverse();
    const idsOf = (kept: Kept[]) => kept.map(({ event_id: id }) => id);

    const range = '?since=2026-01-01T01:00:00Z&until=2026-01-01T03:00:00Z';
    expect(idsOf(await deliveriesOf(hook))).toEqual(ids);
    expect(idsOf(await deliveriesOf(hook, range))).toEqual([ids[2], ids[3]]);
    expect(await deliveriesOf(hook, '?status=dead')).toEqual([]);
    expect(await deliveriesOf(hook, '?event_type=other')).toEqual([]);
    type Page = { data: Kept[]; nextCursor: string | null };
    const { body: first } = await call<Page>('GET', `/webhooks/${hook.id}/deliveries?limit=3`);
    const { body: second } = await call<Page>(
      'GET',
      `/webhooks/${hook.id}/deliveries?limit=3&cursor=${first.nextCursor}`,
    );
    expect([...idsOf(first.data), ...idsOf(second.data)]).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('stand in one list, whether their first attempt settled them or not', async () => {
    const hook = await register('/mixed', { retry_config: { ...QUICK, max_retries: 0 } });
    answers.set('/mixed', (response, { body }) => {
      const { data } = JSON.parse(body) as { data: { fails?: boolean } };
      response.writeHead(data.fails ? 500 : 200).end(data.fails ? 'no' : 'yes');
    });
    const start = Date.parse('2026-01-01T00:00:00Z');
    const events = Array.from({ length: 9 }, (_, at) =>
      eventOf('mixed', { fails: at % 3 === 1 }, new Date(start + at * 100)),
    );
    await emit(events);
    await settled(hook, 9);

    type Page = { data: Kept[]; nextCursor: string | null };
    const listed: Kept[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = `limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await call<Page>('GET', `/webhooks/${hook.id}/deliveries?${query}`);
      listed.push(...body.data);
      cursor = body.nextCursor;
    }
    expect(listed.map(({ event_id: id }) => id)).toEqual(events.map(({ id }) => id).reverse());
    expect(listed.map(({ status }) => status)).toEqual(
      [8, 7, 6, 5, 4, 3, 2, 1, 0].map((at) => (at % 3 === 1 ? 'dead' : 'delivered')),
    );
    expect((await deliveriesOf(hook, '?status=dead')).length).toBe(3);
    expect((await deliveriesOf(hook, '?status=delivered')).length).toBe(6);
    const { body: details } = await call<{ log: Attempt[] }>('GET', `/deliveries/${listed[0]?.id}`);
    expect(details).toMatchObject({ attempts: 1, log: [{ status: 200, response_body: 'yes' }] });
  });

  it('that were delivered are replayed, and keep the attempts that they had', async () => {
    const hook = await register('/replayed');
    await emit([eventOf('replayed'), eventOf('replayed')]);
    await settled(hook, 2);

    const { body } = await call('POST', `/webhooks/${hook.id}/replay`, { body: { status: 'all' } });
    await until(
      async () => to('/replayed'),
      ({ length }) => length === 4,
    );
    const again = await until(
      () => deliveriesOf(hook),
      (all) => all.every(({ attempts, status }) => attempts === 2 && status === 'delivered'),
    );

    expect(body).toEqual({ replayed: 2, remaining: false });
    expect(again).toHaveLength(2);
    const ids = to('/replayed').map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    const { body: details } = await call<{ log: { attempt: number }[] }>(
      'GET',
      `/deliveries/${again[0]?.id}`,
    );
    expect(details.log.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('older than the retention are removed', async () => {
    const hook = await register('/old');
    await emit([eventOf('old', {}, new Date('2020-01-01T00:00:00Z')), eventOf('old')]);
    const [, old] = await settled(hook, 2);

    await services.webhooks.forget();

    expect(await deliveriesOf(hook)).toHaveLength(1);
    expect((await call('GET', `/deliveries/${old?.id}`)).status).toBe(404);
  });
});

it('event types have a schema that takes their example', async () => {
  type Types = { data: { name: string; schema: Record<string, unknown>; example: unknown }[] };
  const { body } = await call<Types>('GET', '/event-types');

  expect(body.data.map(({ name }) => name)).toEqual([
    ...['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted', 'PolicyEvaluated', 'ComplianceViolated'],
    ...[
      'ComplianceResolved',
      'PolicyDefinitionChanged',
      'PolicyInitiativeChanged',
      'PolicyAssignmentChanged',
    ],
    ...[
      'PolicyExemptionChanged',
      'PolicyAliasesRefreshed',
      'ManagementGroupsChanged',
      'ActionExecuted',
      'AlertTriggered',
      'Custom',
    ],
  ]);
  for (const { schema, example } of body.data)
    expect(z.fromJSONSchema(schema).safeParse(example).error).toBeUndefined();
});
