import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { removeTemporaryFolders, startApp, temporaryFolder } from './testing/apps.ts';
import { openConnection } from './testing/raw-http.ts';
import { spawnLine } from './testing/spawn-line.ts';
import { waitFor } from './testing/wait-for.ts';

const main = join(import.meta.dirname, 'main.ts');
const typed = join(import.meta.dirname, '../../../test/apps/typed-entry');
const settings = {
  OrdersBus: 'Endpoint=sb://x/',
  ORDER_QUEUE: 'orders',
  'AzureWebJobs.ship.Disabled': 'true',
};
const orders = { app: 'orders-classic', entry: 'src/functions/orders.js', env: settings };
const principal = Buffer.from('{"identityProvider":"github","userId":"1","userDetails":"ada"}').toString(
  'base64',
);

afterAll(removeTemporaryFolders);

async function startEntry(source: string, file = 'app.mjs') {
  const folder = await temporaryFolder();
  await writeFile(join(folder, file), source);
  await writeFile(join(folder, 'host.json'), '{}');
  const paths = ['--script-root', folder, '--entry', join(folder, file), '--data-dir', folder];
  return spawnLine([main, '--port', '0', ...paths]);
}

test('the first line says where the host is and what it runs; the app cannot write there', async () => {
  const host = await startEntry('console.log("hello from the app"); process.stdout.write("and again\\n");');

  const code = await host.stop();

  expect(host.first).toEqual({
    url: `http://127.0.0.1:${Number(host.first?.port)}`,
    port: expect.any(Number),
    functions: [],
    eventGridKey: expect.stringMatching(/^[\w-]{54}$/),
  });
  expect(host.errors()).toContain('"message":"hello from the app"');
  expect(host.errors()).toContain('"message":"and again"');
  expect(code).toBe(0);
});

test('a TypeScript module runs as it is, and bundled into one CommonJS file', async () => {
  const outfile = join(await temporaryFolder(), 'main.cjs');
  await build({
    entryPoints: [join(typed, 'index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@azure/functions-core'],
  });
  const source = await startApp({ app: 'typed-entry', entry: 'index.ts' });
  const paths = ['--script-root', typed, '--entry', outfile, '--data-dir', await temporaryFolder()];
  const bundle = await spawnLine([main, '--port', '0', ...paths]);

  const answers = await Promise.all(
    [source.first?.url, bundle.first?.url].map(async (url) => {
      const headers = { 'x-ms-client-principal': principal };
      return (await fetch(`${String(url)}/api/whoAmI`, { headers })).json();
    }),
  );
  await Promise.all([source.stop(), bundle.stop()]);

  expect(answers).toEqual([
    { user: 'ada', type: 'StaticWebApps' },
    { user: 'ada', type: 'StaticWebApps' },
  ]);
});

test('a busy port is one clear line and exit code 1', async () => {
  const first = await startApp(orders);
  const { port } = new URL(first.url);

  const second = await startApp({ ...orders, args: ['--port', port] });
  const code = await second.stop();
  await first.stop();

  expect(second.errors()).toBe(`Port ${port} is in use; choose another with --port.\n`);
  expect(code).toBe(1);
});

test('an app that lists its problems shows them line by line', async () => {
  const host = await startEntry('throw new Error("PORT is no number\\nKEY is missing");');

  const code = await host.stop();

  expect(host.errors()).toBe('PORT is no number\nKEY is missing\n');
  expect(code).toBe(1);
});

test('a slip in the code of the app shows where it is', async () => {
  const host = await startEntry('const a = 1;\nnull.x;');

  expect(host.errors()).toMatch(/TypeError: .*\n.*app\.mjs:2:6/);
});

test('options that are missing or not known are named', async () => {
  const missing = await spawnLine([main, '--port', 'x']);
  const unknown = await spawnLine([main, '--prot', '1']);

  expect(missing.errors()).toBe(
    '--script-root is missing\n--entry is missing\n--data-dir is missing\n--port x is not a port\n',
  );
  expect(unknown.errors()).toContain("Unknown option '--prot'");
});

test('every binding that the host cannot serve is named at once', async () => {
  const host = await startApp({ app: 'unsupported', entry: 'index.js' });

  const code = await host.stop();

  expect(code).toBe(1);
  const lines = host.errors().trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines).toEqual([
    expect.stringMatching(/^Function 'onChange': .* trigger binding type 'cosmosDBTrigger' \(binding '/),
    expect.stringMatching(/^Function 'readBlob': .* input binding type 'blob' \(binding '/),
    expect.stringMatching(/^Function 'readBlob': .* output binding type 'eventHub' \(binding '/),
    expect.stringMatching(/^Function 'wrongRoute': the constraint 'odd' is not known/),
  ]);
});

test('disabling the functions that cannot be served lets the others run', async () => {
  const names = ['onChange', 'readBlob', 'wrongRoute'];
  const env = Object.fromEntries(names.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));

  const host = await startApp({ app: 'unsupported', entry: 'index.js', env });
  const answers = await Promise.all(
    ['fine', 'readBlob'].map(async (name) => (await fetch(`${host.url}/api/${name}`)).status),
  );
  await host.stop();

  expect(answers).toEqual([200, 404]);
});

test('SIGTERM lets running requests end, and refuses new ones', async () => {
  const host = await startApp(orders);
  const running = fetch(`${host.url}/api/slow?ms=600`);
  await delay(200);

  const ended = host.stop();
  await delay(100);
  const late = await fetch(`${host.url}/api/nothing`).catch(() => 'refused');
  const response = await running;

  expect([response.status, await response.text()]).toEqual([200, 'slept']);
  expect(late).toBe('refused');
  expect(await ended).toBe(0);
});

test('a request on a connection that is still open is 503 while the host stops', async () => {
  const host = await startApp(orders);
  const { socket, received } = await openConnection(host.url);
  socket.write('GET /api/slow?ms=500 HTTP/1.1\r\nhost: x\r\n\r\n');
  await delay(100);

  const ended = host.stop();
  await delay(100);
  socket.write('GET /api/nothing HTTP/1.1\r\nhost: x\r\n\r\n');
  await ended;

  expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
});

test('an answer that a slow client still reads is sent whole', async () => {
  const host = await startApp(orders);
  const { socket, received } = await openConnection(host.url);
  const size = 20_000_000;
  socket.pause();
  socket.write(`POST /api/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${size}\r\n\r\n`);
  socket.write(Buffer.alloc(size, 'x'));
  await waitFor(() => (host.errors().includes('Succeeded in') ? true : undefined));

  const ended = host.stop();
  await delay(200);
  socket.resume();
  await ended;

  expect(received().length).toBeGreaterThan(size);
});

test('what does not end within the limit is abandoned', async () => {
  const host = await startApp({ ...orders, args: ['--drain-ms', '200'] });
  const running = fetch(`${host.url}/api/slow?ms=60000`).catch(() => 'cut');
  await delay(200);

  const start = performance.now();
  const code = await host.stop();

  expect(code).toBe(0);
  expect(await running).toBe('cut');
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(host.errors()).toContain('Abandons 1 running invocations');
});

test('the host ends when its parent is gone', async () => {
  const host = await startApp(orders);

  host.child.disconnect();
  const code = await new Promise((resolve) => host.child.once('exit', resolve));

  expect(code).toBe(0);
});

test('appTerminate hooks run on stop', async () => {
  const host = await startApp({ app: 'stream-media', entry: 'src/index.js' });

  await host.stop();

  expect(host.errors()).toContain('media app terminates');
});

test('a function that runs longer than functionTimeout fails', async () => {
  const host = await startApp({
    ...orders,
    env: { ...settings, AzureFunctionsJobHost__functionTimeout: '00:00:00.300' },
  });

  const response = await fetch(`${host.url}/api/slow?ms=5000`);
  await host.stop('SIGKILL');

  expect(response.status).toBe(500);
  expect(host.errors()).toContain('Timeout value of 300 ms was exceeded by function: Functions.slow');
});
