import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type AppHost, removeTemporaryFolders, startApp, temporaryFolder } from '../testing/apps.ts';
import { atLeast, waitFor } from '../testing/wait-for.ts';

const env = {
  TICK_SCHEDULE: '* * * * * *',
  'AzureWebJobs.batch.Disabled': 'true',
  'AzureWebJobs.sessions.Disabled': 'true',
};

afterAll(removeTemporaryFolders);

type Entry = { readonly [key: string]: unknown };

async function logOf(host: AppHost, job: string): Promise<readonly Entry[]> {
  const response = await fetch(`${host.url}/log?job=${job}`);
  return (await response.json()) as Entry[];
}

test('a timer whose runs are longer than its interval never runs twice at once', async () => {
  const host = await startApp({ app: 'jobs-esm', entry: 'index.js', env });

  const ticks = await waitFor(async () => atLeast(2, await logOf(host, 'tick')));
  await host.stop();

  expect(ticks.map((tick) => tick.overlapped)).toEqual(ticks.map(() => false));
  expect(Number(ticks[1]?.at) - Number(ticks[0]?.at)).toBeGreaterThan(1_290);
});

test('runOnStartup runs at once, with the schedule status that was noted for the next occurrence', async () => {
  const host = await startApp({ app: 'jobs-esm', entry: 'index.js', env });

  const [entry] = await waitFor(async () => atLeast(1, await logOf(host, 'atStart')));
  await host.stop();

  expect(entry?.timer).toEqual({
    isPastDue: false,
    schedule: { adjustForDST: true },
    scheduleStatus: {
      last: '0001-01-01T00:00:00+00:00',
      lastUpdated: expect.stringMatching(/^20/),
      next: expect.stringMatching(/T03:00:00\.000\+00:00$/),
    },
  });
});

test('a retry policy runs a failed timer again, saying which retry it is', async () => {
  const host = await startApp({ app: 'jobs-esm', entry: 'index.js', env });

  const attempts = await waitFor(async () => atLeast(3, await logOf(host, 'flaky')));
  await host.stop();

  expect(attempts.map((one) => one.attempt)).toEqual([1, 2, 3]);
  expect(attempts.map((one) => one.retry)).toMatchObject([
    null,
    { retryCount: 1, maxRetryCount: 2, exception: { message: 'attempt 1' } },
    { retryCount: 2, maxRetryCount: 2, exception: { message: 'attempt 2' } },
  ]);
});

test('an occurrence missed while the host was away fires once on start, past due', async () => {
  const dataDir = await temporaryFolder();
  const file = join(dataDir, 'timers', 'nightly.json');
  await mkdir(join(dataDir, 'timers'));
  const stored = {
    Last: '2026-01-05T02:30:00.000Z',
    Next: '2026-01-06T02:30:00.000Z',
    LastUpdated: '2026-01-05T02:30:00.000Z',
  };
  await writeFile(file, JSON.stringify(stored));

  const first = await startApp({ app: 'jobs-esm', entry: 'index.js', env, dataDir });
  const [entry] = await waitFor(async () => atLeast(1, await logOf(first, 'nightly')));
  await waitFor(async () => ((await readFile(file, 'utf8')).includes('2026-01-06') ? undefined : true));
  await first.stop();
  const second = await startApp({ app: 'jobs-esm', entry: 'index.js', env, dataDir });
  await waitFor(async () => atLeast(1, await logOf(second, 'atStart')));
  const again = await logOf(second, 'nightly');
  await second.stop();

  expect(entry?.timer).toMatchObject({
    isPastDue: true,
    scheduleStatus: { last: '2026-01-05T02:30:00.000+00:00', next: '2026-01-06T02:30:00.000+00:00' },
  });
  expect(again).toEqual([]);
});

test('a timer whose schedule cannot be read is named', async () => {
  const wrong = { ...env, TICK_SCHEDULE: 'every day' };

  const host = await startApp({ app: 'jobs-esm', entry: 'index.js', env: wrong });

  expect(host.first).toBeUndefined();
  expect(host.errors()).toBe(
    "Function 'tick': 'every day' is neither an NCRONTAB expression nor a time span.\n",
  );
});
