import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { waitFor } from '../testing/wait-for.ts';

let host: AppHost;

beforeAll(async () => {
  host = await startApp({
    app: 'orders-classic',
    entry: 'src/functions/*.js',
    env: { OrdersBus: 'Endpoint=sb://x/', ORDER_QUEUE: 'orders', 'AzureWebJobs.ship.Disabled': 'true' },
  });
});

afterAll(async () => {
  await host.stop();
  await removeTemporaryFolders();
});

async function json(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(`${host.url}${path}`, init);
  return response.json();
}

async function status(path: string, init?: RequestInit): Promise<number> {
  const response = await fetch(`${host.url}${path}`, init);
  await response.arrayBuffer();
  return response.status;
}

async function keys(): Promise<{ masterKey: string; functions: Record<string, { default: string }> }> {
  return JSON.parse(await readFile(join(host.dataDir, 'secrets.json'), 'utf8'));
}

test.each([
  ['/api/orders/12', { by: 'number', params: { id: '12' } }],
  ['/api/orders/12/pdf', { by: 'number', params: { id: '12', format: 'pdf' } }],
  ['/API/Orders/12/', { by: 'number', params: { id: '12' } }],
  [
    '/api/orders/cd2c1638-1638-72d5-1638-deadbeef1638',
    { by: 'guid', id: 'cd2c1638-1638-72d5-1638-deadbeef1638' },
  ],
  ['/api/orders/x%20y%2525', { by: 'slug', slug: 'x y%25' }],
  ['/api/files/a%2Fb/c', { path: 'a/b/c' }],
  ['/api/files', { path: null }],
])('GET %s', async (path, expected) => {
  const body = await json(path);

  expect(body).toMatchObject(expected);
});

test('repeated query parameters, headers and cookies arrive joined, as from Azure', async () => {
  const headers: [string, string][] = [['cookie', 'session=s1; other=2']];

  const body = await json('/api/orders/recent?tag=a&tag=b', { headers });

  expect(body).toEqual({ by: 'literal', session: 's1', tag: 'a,b' });
});

test('an HttpResponse with cookies sets each of them', async () => {
  const response = await fetch(`${host.url}/api/orders/recent`);

  expect(response.headers.getSetCookie()).toEqual([
    'session=a%20b; max-age=60; path=/; samesite=strict; httponly',
    'theme=dark; path=/orders; secure',
  ]);
});

test('binary bodies come back byte for byte, chunked or not', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
  const stream = () => new Blob([bytes]).stream();

  const plain = await fetch(`${host.url}/api/echo`, { method: 'POST', body: bytes });
  const chunked = await fetch(`${host.url}/api/echo`, { method: 'PUT', body: stream(), duplex: 'half' });

  expect(Buffer.from(await plain.arrayBuffer()).equals(bytes)).toBe(true);
  expect(Buffer.from(await chunked.arrayBuffer()).equals(bytes)).toBe(true);
});

test('paths and methods that no function takes are 404, HEAD on a POST function 405', async () => {
  const head = await fetch(`${host.url}/api/echo`, { method: 'HEAD' });

  expect(await status('/api/none')).toBe(404);
  expect(await status('/orders/12')).toBe(404);
  expect(await status('/api/orders/12', { method: 'PATCH' })).toBe(404);
  expect(head.status).toBe(405);
  expect(head.headers.get('allow')).toBe('POST, PUT');
  expect(await status('/api/orders/recent', { method: 'HEAD' })).toBe(200);
  expect(await status('/api/orders/recent', { method: 'DELETE' })).toBe(200);
});

test('a malformed path is 400', async () => {
  expect(await status('/api/orders/%zz')).toBe(400);
});

test('a function key opens its function, the master key alone an admin function', async () => {
  const { masterKey, functions } = await keys();
  const own = functions.placeorder?.default ?? '';
  const init = { method: 'POST', body: JSON.stringify({ id: 'o', lines: [] }) };

  expect(await status('/api/orders', init)).toBe(401);
  expect(await status('/api/orders?code=wrong', init)).toBe(401);
  expect(await status(`/api/orders?code=${own}`, init)).toBe(202);
  expect(await status('/api/orders', { ...init, headers: { 'x-functions-key': own } })).toBe(202);
  expect(await status('/api/wipe', { method: 'DELETE', headers: { 'x-functions-key': own } })).toBe(401);
  expect(await status(`/api/wipe?code=${masterKey}`, { method: 'DELETE' })).toBe(204);
});

test('a handler that returns nothing is 204', async () => {
  expect(await status('/api/nothing')).toBe(204);
});

test('a handler that throws is 500 without a body, and is logged with its stack', async () => {
  const response = await fetch(`${host.url}/api/crash`);

  const line = await waitFor(() =>
    host
      .errors()
      .split('\n')
      .find((one) => one.includes('warehouse is on fire')),
  );
  expect([response.status, await response.text()]).toEqual([500, '']);
  expect(JSON.parse(line)).toMatchObject({
    level: 'error',
    category: 'Function.crash',
    functionName: 'crash',
    invocationId: expect.stringMatching(/^[\da-f-]{36}$/),
    error: expect.stringContaining('orders.js'),
  });
  expect(host.errors()).toContain('"category":"Function.crash.User"');
});

test('a rejection that nobody handles is logged and the host goes on', async () => {
  const response = await fetch(`${host.url}/api/stray`);
  await response.text();

  await waitFor(() => (host.errors().includes('nobody awaits me') ? true : undefined));
  expect(await status('/api/nothing')).toBe(204);
});

test('it warns where Azure would call another function', async () => {
  await json('/api/orders/recent');

  expect(host.errors()).toContain(
    "'listRecent' answered as the most specific route; Azure would call 'anyOrder'",
  );
});
