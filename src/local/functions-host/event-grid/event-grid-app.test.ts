import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';

let host: AppHost;

beforeAll(async () => {
  host = await startApp({
    app: 'jobs-esm',
    entry: 'index.js',
    env: {
      TICK_SCHEDULE: '0 0 0 1 1 *',
      'AzureWebJobs.batch.Disabled': 'true',
      'AzureWebJobs.sessions.Disabled': 'true',
    },
  });
});

afterAll(async () => {
  await host.stop();
  await removeTemporaryFolders();
});

type Delivery = { readonly headers?: Record<string, string>; readonly key?: string | undefined };

function deliver(functionName: string, body: unknown, options: Delivery = {}): Promise<Response> {
  const { headers = { 'aeg-event-type': 'Notification' }, key = host.eventGridKey } = options;
  return fetch(`${host.url}/runtime/webhooks/eventgrid?functionName=${functionName}&code=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function eventsWith(id: string): Promise<readonly { event: { id: string }; trace: string }[]> {
  const response = await fetch(`${host.url}/log?job=oneEvent`);
  const all = (await response.json()) as { event: { id: string }; trace: string }[];
  return all.filter(({ event }) => event.id.startsWith(id));
}

function gridEvent(id: string, data: unknown = {}) {
  return {
    id,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    subject: '/s',
    eventTime: '2026-01-01',
    data,
  };
}

test('the validation handshake returns the code', async () => {
  const event = gridEvent('v', { validationCode: 'abc', validationUrl: 'https://x' });

  const response = await deliver('oneEvent', [event], {
    headers: { 'aeg-event-type': 'SubscriptionValidation' },
  });

  expect([response.status, await response.json()]).toEqual([200, { validationResponse: 'abc' }]);
});

test('each event of an array is an invocation of its own', async () => {
  const response = await deliver('ONEevent', [gridEvent('array-1', { a: 1 }), gridEvent('array-2')]);

  const events = await eventsWith('array');
  expect(response.status).toBe(202);
  expect(events.map(({ event }) => event)).toEqual([gridEvent('array-1', { a: 1 }), gridEvent('array-2')]);
});

test('cardinality many is one invocation for all', async () => {
  await deliver('allEvents', [gridEvent('1'), gridEvent('2'), gridEvent('3')]);

  const response = await fetch(`${host.url}/log?job=allEvents`);
  expect(await response.json()).toEqual([{ job: 'allEvents', count: 3 }]);
});

test('CloudEvents come after an OPTIONS handshake, one or many', async () => {
  const event = { specversion: '1.0', id: 'cloud', source: '/s', type: 'T', data: { b: 2 } };
  const url = `${host.url}/runtime/webhooks/eventgrid?functionName=oneEvent&code=${host.eventGridKey}`;

  const handshake = await fetch(url, {
    method: 'OPTIONS',
    headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net', 'WebHook-Request-Rate': '120' },
  });
  const one = await deliver('oneEvent', event, {
    headers: { 'content-type': 'application/cloudevents+json' },
  });
  const many = await deliver('oneEvent', [event, event], {
    headers: { 'content-type': 'application/cloudevents-batch+json', 'aeg-event-type': 'Notification' },
  });

  expect(handshake.status).toBe(200);
  expect(handshake.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
  expect(handshake.headers.get('webhook-allowed-rate')).toBe('120');
  expect([one.status, many.status]).toEqual([202, 202]);
  expect((await eventsWith('cloud')).map(({ event: received }) => received)).toEqual([event, event, event]);
});

test('a handler that throws fails the delivery, so that it is sent again', async () => {
  const response = await deliver('oneEvent', [gridEvent('ok'), gridEvent('bad', { fail: true })]);

  expect([response.status, await response.text()]).toEqual([500, 'event refused']);
});

test.each([
  ['not JSON', '{'],
  ['not events', [1]],
  ['an event without its members', [{ id: 'x' }]],
])('%s is 400 and runs nothing', async (_, body) => {
  const response = await deliver('oneEvent', body);

  expect(response.status).toBe(400);
});

test('without the system key it is 401, for an unknown function 404, for an unknown kind 400', async () => {
  const wrongKey = await deliver('oneEvent', [gridEvent('x')], { key: 'wrong' });
  const unknown = await deliver('nobody', [gridEvent('x')]);
  const http = await deliver('log', [gridEvent('x')]);
  const kind = await deliver('oneEvent', [gridEvent('x')], { headers: { 'aeg-event-type': 'Odd' } });

  expect([wrongKey, unknown, http, kind].map(({ status }) => status)).toEqual([401, 404, 404, 400]);
  expect(await unknown.text()).toBe("cannot find function: 'nobody'");
});

test('the trace of the sender goes on', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  await deliver('oneEvent', [gridEvent('traced')], {
    headers: { 'aeg-event-type': 'Notification', traceparent },
  });

  const [entry] = await eventsWith('traced');
  expect(entry?.trace).toContain('0af7651916cd43dd8448eb211c80319c');
});
