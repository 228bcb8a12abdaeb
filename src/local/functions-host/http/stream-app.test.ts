import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { openConnection } from '../testing/raw-http.ts';
import { waitFor } from '../testing/wait-for.ts';

let host: AppHost;

beforeAll(async () => {
  host = await startApp({
    app: 'stream-media',
    entry: 'src/index.js',
    env: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '20000000' },
  });
});

afterAll(async () => {
  await host.stop();
  await removeTemporaryFolders();
});

async function journal(): Promise<readonly string[]> {
  const response = await fetch(`${host.url}/media/v2/journal`);
  const body = (await response.json()) as { journal: string[] };
  return body.journal;
}

test('an upload of many megabytes streams in, chunked or with a length', async () => {
  const bytes = randomBytes(8_000_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const url = `${host.url}/media/v2/clips/my%20clip`;

  const plain = await fetch(url, { method: 'PUT', body: bytes });
  const chunked = await fetch(url, { method: 'PUT', body: new Blob([bytes]).stream(), duplex: 'half' });

  const expected = { name: 'my clip', size: 8_000_000, sha256 };
  expect([await plain.json(), await chunked.json()]).toEqual([expected, expected]);
});

test('an answer streams out while the function still makes it', async () => {
  const response = await fetch(`${host.url}/media/v2/clips/x?chunks=5&pause=100&tag=a&tag=b`);
  const start = performance.now();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  const sinceStart = performance.now() - start;
  let size = first?.value?.length ?? 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
    size += part.value.length;

  expect(size).toBe(5 * 65_536);
  expect(performance.now() - start - sinceStart).toBeGreaterThan(200);
  expect(response.headers.get('x-tags')).toBe('a|b');
});

test('hooks wrap the handler, rescue a failure and see every invocation', async () => {
  const wrapped = await fetch(`${host.url}/media/v2/wrapped`);
  const rescued = await fetch(`${host.url}/media/v2/rescued`);

  const entries = await journal();
  expect([wrapped.headers.get('x-wrapped'), await wrapped.text()]).toEqual(['yes', 'inner']);
  expect([rescued.status, await rescued.text()]).toEqual([418, 'rescued']);
  expect(entries[0]).toBe('appStart');
  expect(entries).toEqual(expect.arrayContaining(['pre wrapped', 'post wrapped', 'post rescued failed']));
});

test('a log hook changes what the app logs', async () => {
  await fetch(`${host.url}/media/v2/clips/x`, { method: 'PUT', body: 'x' });

  await waitFor(() => (host.errors().includes('stored ***') ? true : undefined));
  expect(host.errors()).not.toContain('secret-recipe');
});

test('a handler that throws is 500, one that returns nothing 204, and the body need not be read', async () => {
  const body = randomBytes(300_000);

  const broken = await fetch(`${host.url}/media/v2/broken`, { method: 'POST', body }).catch(() => undefined);
  const silent = await fetch(`${host.url}/media/v2/silent`);

  expect([500, undefined]).toContain(broken?.status);
  expect(silent.status).toBe(204);
  expect((await fetch(`${host.url}/media/v2/broken`, { method: 'POST', body: 'x' })).status).toBe(500);
});

test('a client that leaves during an upload fails the body, so that the function ends', async () => {
  const { socket } = await openConnection(host.url);
  socket.write('PUT /media/v2/clips/cut HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\npart');
  await delay(100);

  socket.destroy();
  const entries = await waitFor(async () => {
    const all = await journal();
    return all.includes('post upload failed') ? all : undefined;
  });

  expect(entries).toContain('upload cut');
});

test('a client that leaves at once does not leave an invocation behind', async () => {
  for (let index = 0; index < 20; index += 1) {
    const { socket } = await openConnection(host.url);
    socket.write('PUT /media/v2/clips/gone HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n');
    socket.destroy();
  }

  await delay(500);
  const lines = host
    .errors()
    .split('\n')
    .filter((line) => line.includes('"functionName":"upload"'));
  const [begun, ended] = [/Executing/, /(Failed|Succeeded) in/].map(
    (pattern) => lines.filter((line) => pattern.test(line)).length,
  );

  expect(begun).toBeGreaterThan(0);
  expect(ended).toBe(begun);
});

test('a function may answer without reading the body', async () => {
  const { socket, received } = await openConnection(host.url);
  const head = 'POST /media/v2/hasty HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n';

  socket.write(head + 'x'.repeat(5_000_000));
  await waitFor(() => (received().includes('not today') ? true : undefined));
  socket.write('GET /media/v2/wrapped HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor(() => (received().includes('inner') ? true : undefined), 3_000);
  socket.destroy();

  expect(received()).toMatch(/^HTTP\/1\.1 200 /);
});

test('a body that is left half-read is answered, if only with 502', async () => {
  const stream = new Blob([randomBytes(3_000_000)]).stream();

  const response = await fetch(`${host.url}/media/v2/peek`, { method: 'POST', body: stream, duplex: 'half' });

  const start = performance.now();
  const uploads = Array.from({ length: 10 }, () =>
    fetch(`${host.url}/media/v2/clips/after`, { method: 'PUT', body: 'x' }).then(({ status }) => status),
  );

  expect(await Promise.all(uploads)).toEqual(uploads.map(() => 200));
  expect(performance.now() - start).toBeLessThan(3_000);
  expect([200, 502]).toContain(response.status);
});

test('an upload over the limit is 413', async () => {
  const { socket, received } = await openConnection(host.url);
  socket.write('PUT /media/v2/clips/big HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  const chunk = `f4240\r\n${'x'.repeat(1_000_000)}\r\n`;

  for (let sent = 0; sent < 21; sent += 1) socket.write(chunk);
  await waitFor(() => (received().includes('\r\n\r\n') ? true : undefined));
  socket.destroy();

  expect(received()).toMatch(/^HTTP\/1\.1 413 /);
});
