import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp } from '../testing/apps.ts';
import { openConnection } from '../testing/raw-http.ts';
import { waitFor } from '../testing/wait-for.ts';

let host: AppHost;

beforeAll(async () => {
  host = await startApp({
    app: 'orders-classic',
    entry: 'src/functions/orders.js',
    env: {
      OrdersBus: 'Endpoint=sb://x/',
      ORDER_QUEUE: 'orders',
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '100000',
    },
  });
});

afterAll(async () => {
  await host.stop();
  await removeTemporaryFolders();
});

async function exchange(text: string, until: (received: string) => boolean): Promise<string> {
  const { socket, received } = await openConnection(host.url);
  socket.write(text);
  await waitFor(() => (until(received()) ? true : undefined), 5_000);
  socket.destroy();
  return received();
}

function echoes(): number {
  return host.errors().split('"category":"Function.echo"').length;
}

test('a body over the limit is 413, announced or not', async () => {
  const large = Buffer.alloc(100_001);

  const announced = await exchange(
    'POST /api/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\n',
    (text) => text.includes('\r\n\r\n'),
  );
  const chunked = await fetch(`${host.url}/api/echo`, {
    method: 'POST',
    body: new Blob([large]).stream(),
    duplex: 'half',
  });

  expect(announced).toMatch(/^HTTP\/1\.1 413 /);
  expect(chunked.status).toBe(413);
});

test('Expect: 100-continue is answered before the body, unless the body would be refused', async () => {
  const head =
    'POST /api/echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length:';
  const { socket, received } = await openConnection(host.url);

  socket.write(`${head} 5\r\n\r\n`);
  await waitFor(() => (received().startsWith('HTTP/1.1 100 Continue\r\n\r\n') ? true : undefined));
  socket.write('hello');
  await waitFor(() => (received().endsWith('hello') ? true : undefined));
  const refused = await exchange(`${head} 100001\r\n\r\n`, (text) => text.includes('\r\n\r\n'));

  expect(received()).toContain('HTTP/1.1 200 OK');
  expect(refused).toMatch(/^HTTP\/1\.1 413 /);
});

test('headers over 32 KiB are 431', async () => {
  const text = `GET /api/nothing HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`;

  const answer = await exchange(text, (received) => received.includes('\r\n\r\n'));

  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test('a connection serves several requests, a 404 in between', async () => {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

  const answer = await exchange(get('/api/nothing') + get('/none') + get('/api/orders/1'), (received) =>
    received.includes('"by":"number"'),
  );

  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 204', 'HTTP/1.1 404', 'HTTP/1.1 200']);
});

test('a body that comes slowly is waited for', async () => {
  const { socket, received } = await openConnection(host.url);
  socket.write('POST /api/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n\r\n');

  for (const letter of 'slow') {
    await delay(50);
    socket.write(letter);
  }
  await waitFor(() => (received().endsWith('slow') ? true : undefined));

  expect(received()).toContain('HTTP/1.1 200 OK');
});

test('clients that leave in the middle of a body or an answer do no harm', async () => {
  const before = echoes();
  const uploading = await openConnection(host.url);
  uploading.socket.write('POST /api/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\npart');
  const waiting = await openConnection(host.url);
  waiting.socket.write('GET /api/slow?ms=200 HTTP/1.1\r\nhost: x\r\n\r\n');
  await delay(50);

  uploading.socket.destroy();
  waiting.socket.resetAndDestroy();
  await delay(300);
  const response = await fetch(`${host.url}/api/nothing`);

  expect(response.status).toBe(204);
  expect(echoes()).toBe(before);
  expect(host.errors()).not.toContain('Uncaught');
});

test('a Host header that is no host is 400', async () => {
  const answer = await exchange('GET /api/nothing HTTP/1.1\r\nhost: a b\r\n\r\n', (text) =>
    text.includes('\r\n\r\n'),
  );

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test('what is no HTTP is 400', async () => {
  const answer = await exchange('hello\r\n\r\n', (received) => received.includes('\r\n\r\n'));

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});
