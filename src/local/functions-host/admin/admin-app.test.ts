import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { atLeast, waitFor } from '../testing/wait-for.ts';

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

async function post(path: string, body: string): Promise<[number, unknown]> {
  const response = await fetch(`${host.url}${path}`, { method: 'POST', body });
  const text = await response.text();
  return [response.status, text === '' ? undefined : JSON.parse(text)];
}

async function logOf(job: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${host.url}/log?job=${job}`);
  return (await response.json()) as Record<string, unknown>[];
}

function statusWith(headers: http.OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${host.url}/admin/functions`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject);
  });
}

test('lists the functions, disabled ones too', async () => {
  const response = await fetch(`${host.url}/admin/functions`);
  const list = (await response.json()) as {
    name: string;
    isDisabled: boolean;
    invoke_url_template: string;
  }[];
  const one = await fetch(`${host.url}/admin/functions/NIGHTLY`);

  expect(list.map(({ name }) => name)).toEqual([
    'allEvents',
    'atStart',
    'batch',
    'flaky',
    'log',
    'nightly',
    'oneEvent',
    'sessions',
    'tick',
  ]);
  expect(list.filter(({ isDisabled }) => isDisabled).map(({ name }) => name)).toEqual(['batch', 'sessions']);
  expect(list.find(({ name }) => name === 'log')?.invoke_url_template).toBe(`${host.url}/log`);
  expect(await one.json()).toMatchObject({
    name: 'nightly',
    config: { bindings: [{ type: 'timerTrigger', schedule: '0 30 2 * * 1-5' }] },
  });
});

test('runs a timer by hand, before its time', async () => {
  const [status] = await post('/admin/functions/nightly', '{"input":""}');

  const [entry] = await waitFor(async () => atLeast(1, await logOf('nightly')));
  expect(status).toBe(202);
  expect(entry?.timer).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
});

test('runs an Event Grid function by hand with text of JSON, as Core Tools sends it, or JSON', async () => {
  const event = { id: 'by-hand', eventType: 'T', subject: 's', data: {} };

  await post('/admin/functions/oneEvent', JSON.stringify({ input: JSON.stringify(event) }));
  await post('/admin/functions/oneEvent', JSON.stringify({ input: event }));

  const entries = await waitFor(async () => atLeast(2, await logOf('oneEvent')));
  expect(entries.map((entry) => entry.event)).toEqual([event, event]);
});

test('what cannot be run says why', async () => {
  expect(await post('/admin/functions/nobody', '{"input":""}')).toEqual([
    404,
    { error: "There is no function named 'nobody'." },
  ]);
  expect(await post('/admin/functions/nightly', '{')).toEqual([
    400,
    { error: 'The body is not JSON; send {"input": ...}.' },
  ]);
  expect(await post('/admin/functions/batch', '')).toEqual([400, { error: "'batch' is disabled." }]);
  expect(await post('/admin/functions/log', '')).toEqual([
    400,
    { error: "'log' is an HTTP function: send a request to its own URL." },
  ]);
});

test('the host says that it runs', async () => {
  const response = await fetch(`${host.url}/admin/host/status`);

  expect(await response.json()).toMatchObject({ state: 'Running' });
});

test('only requests meant for this machine are answered', async () => {
  const { port } = new URL(host.url);

  expect(await statusWith({ host: `localhost:${port}` })).toBe(200);
  expect(await statusWith({ host: `127.0.0.1:${port}`, origin: `http://localhost:${port}` })).toBe(200);
  expect(await statusWith({ host: `evil.example:${port}` })).toBe(403);
  expect(await statusWith({ host: `localhost.evil.example:${port}` })).toBe(403);
  expect(await statusWith({ host: `127.0.0.1:${port}`, origin: 'https://evil.example' })).toBe(403);
  expect(await statusWith({ host: `127.0.0.1:${port}`, origin: 'null' })).toBe(403);
});
