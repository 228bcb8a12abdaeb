import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readHostJson } from './host-json.ts';
import { removeTemporaryFolders, temporaryFolder } from './testing/apps.ts';

afterAll(removeTemporaryFolders);

async function read(text: string, environment: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'host.json'), text);
  return readHostJson(folder, environment);
}

test('the defaults', async () => {
  const hostJson = await read('{"version":"2.0"}');

  expect(hostJson.routePrefix).toBe('api');
  expect(hostJson.functionTimeoutMs).toBe(1_800_000);
  expect(hostJson.extension('serviceBus')).toEqual({});
});

test('what the file says', async () => {
  const hostJson = await read('{"functionTimeout":"00:00:05","extensions":{"http":{"routePrefix":"/v1/"}}}');

  expect(hostJson.routePrefix).toBe('v1');
  expect(hostJson.functionTimeoutMs).toBe(5_000);
});

test('settings override the file', async () => {
  const hostJson = await read('{"extensions":{"serviceBus":{"maxConcurrentCalls":8}}}', {
    AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: '2',
    AzureFunctionsJobHost__extensions__http__routePrefix: 'x',
    AzureFunctionsJobHost__functionTimeout: '-1',
  });

  expect(hostJson.extension('serviceBus')).toEqual({ maxConcurrentCalls: '2' });
  expect(hostJson.routePrefix).toBe('x');
  expect(hostJson.functionTimeoutMs).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['{', /host\.json cannot be read/],
  ['{"functionTimeout":"soon"}', /functionTimeout is not a time span: "soon"/],
])('%s is a readable failure', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});
