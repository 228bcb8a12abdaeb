import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import declarations from '../../infra/declarations.json' with { type: 'json' };
import { queues } from '../../src/declarations.ts';
import { ensureApiKey } from '../../src/local/apiKey.ts';
import { startAzure } from '../../src/local/azure/index.ts';
import { type Child, startChild } from '../../src/local/child.ts';
import { startServiceBus } from '../../src/local/service-bus/index.ts';
import { startAzurite } from '../../src/local/stack.ts';
import { describeSettings } from '../../src/settings.ts';

/**
 * Counts what the product really does: table operations as the storage account would bill them (requests; a
 * transaction is one), and executions by function, of the whole app in the local host. `node scripts/infra/measure.ts`
 * prints what the formula of cost.ts builds on.
 */

export type Count = {
  readonly tableOperations: number;
  /** By function. */
  readonly executions: ReadonlyMap<string, number>;
};
export type Measured = {
  readonly resources: number;
  readonly subscriptions: number;
  readonly changes: number;
  readonly firstSync: Count;
  readonly idleSync: Count;
  /** All of the changes together. */
  readonly changed: Count;
  /** One run of every timer that runs each minute. */
  readonly sweeps: Count;
  /** One run of the daily judgement of everything. */
  readonly reconciliation: Count;
};

const QUIET_MS = 1_200;
/** What is read for the first time is judged when it has been read: that is looked for every two seconds. */
const FIRST_QUIET_MS = 3_500;
const NEVER = '0 0 0 1 1 *';
const SCHEDULES = describeSettings().filter(({ name }) => name.endsWith('_SCHEDULE'));

/** First sync, a sync that finds nothing new, and changes by event, one after the other. Takes about 12 s. */
export async function measure(resources: number, changes: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'policycortex-measure-'));
  const file = (name: string) => join(folder, name.replace('/', '-'));
  const children: Child[] = [];
  const counts = { tables: 0, executions: new Map<string, number>(), running: 0, lastAt: performance.now() };
  const storage = await startAzurite({ file }, children);
  const azure = await startAzure({ port: 0, dataDir: undefined, estateSize: resources, seed: 7, drift: 0 });
  const bus = await startServiceBus({ port: 0, dataDir: undefined, queues });
  const { connectionString, proxy } = await countTables(storage.STORAGE_CONNECTION_STRING ?? '', () => {
    counts.tables += 1;
  });
  const environment = {
    TENANT_ID: azure.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: azure.url,
    STORAGE_CONNECTION_STRING: connectionString,
    ServiceBus: bus.connectionString,
    SECRETS_DIRECTORY: file('secrets'),
    ...Object.fromEntries(SCHEDULES.map(({ name }) => [name, NEVER])),
  };
  try {
    const host = await startHost(environment, file, (name, isEnd) => {
      counts.running += isEnd ? -1 : 1;
      if (isEnd) counts.executions.set(name, (counts.executions.get(name) ?? 0) + 1);
      counts.lastAt = performance.now();
    });
    children.push(host.child);
    const authorization = `Bearer ${await ensureApiKey(file('key'), environment)}`;
    const counted = async (
      work: () => Promise<unknown>,
      expected: Readonly<Record<string, number>>,
      quietMs = QUIET_MS,
    ): Promise<Count> => {
      counts.tables = 0;
      counts.executions = new Map();
      await work();
      counts.lastAt = performance.now();
      const isDone = () =>
        Object.entries(expected).every(([name, count]) => (counts.executions.get(name) ?? 0) >= count);
      const isQuiet = () => counts.running <= 0 && performance.now() - counts.lastAt > quietMs;
      while (!isDone() || !isQuiet()) await pause(100);
      return { tableOperations: counts.tables, executions: new Map(counts.executions) };
    };
    const sync = () => fetch(`${host.url}/api/v1/sync`, { method: 'POST', headers: { authorization } });
    const subscriptions = azure.subscriptionIds.length;
    const firstSync = await counted(sync, { sync: subscriptions }, FIRST_QUIET_MS);
    const idleSync = await counted(sync, { sync: subscriptions });
    azure.setEventGridEndpoint(
      `${host.url}/runtime/webhooks/eventgrid?functionName=resourceEvents&code=${host.eventGridKey}`,
    );
    const changed = await counted(async () => azure.change(changes), {
      resourceEvents: changes,
      refresh: changes,
    });
    const trigger = (name: string) =>
      fetch(`${host.url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
    const minutely = declarations.functions.timers.filter((name) => /sweepTimer$/i.test(name));
    const sweeps = await counted(
      () => Promise.all(minutely.map(trigger)),
      Object.fromEntries(minutely.map((name) => [name, 1])),
    );
    const reconciliation = await counted(() => trigger('reconciliationTimer'), { reconciliationTimer: 1 });
    return { resources, subscriptions, changes, firstSync, idleSync, changed, sweeps, reconciliation };
  } finally {
    await children.at(-1)?.stop(2_000);
    await Promise.all([...children.map((child) => child.stop(500)), azure.close(), bus.close()]);
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startHost(
  environment: Readonly<Record<string, string>>,
  file: (name: string) => string,
  executed: (name: string, isEnd: boolean) => void,
): Promise<{ child: Child; url: string; eventGridKey: string }> {
  const child = await startChild({
    name: 'PolicyCortex',
    script: join(import.meta.dirname, '../../src/local/functions-host/main.ts'),
    args: [
      ...['--port', '0', '--script-root', join(import.meta.dirname, '../..'), '--entry', 'src/main.ts'],
      ...['--data-dir', file('host'), '--log-level', 'information'],
    ],
    environment,
    logFile: file('app.log'),
    ready: (line) => (line.startsWith('{') ? JSON.parse(line) : undefined),
    onLogLine: (line) => {
      const [, name, what] =
        /"functionName":"([^"]+)".*"message":"(Executing|Succeeded|Failed) /.exec(line) ?? [];
      if (name) executed(name, what !== 'Executing');
    },
  });
  return { child, ...(child.value as { url: string; eventGridKey: string }) };
}

/** A connection string whose tables are reached through a counter. */
async function countTables(
  connectionString: string,
  count: () => void,
): Promise<{ connectionString: string; proxy: Server }> {
  const endpoint = new URL(/TableEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '');
  const proxy = createServer((incoming, outgoing) => {
    count();
    const { method, url: path, headers } = incoming;
    const options = { host: endpoint.hostname, port: endpoint.port, method, path, headers };
    const upstream = forward(options, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const through = `http://127.0.0.1:${port}${endpoint.pathname}`;
  return {
    connectionString: connectionString.replace(/TableEndpoint=[^;]+/, `TableEndpoint=${through}`),
    proxy,
  };
}

if (import.meta.main) {
  const { resources, subscriptions, changes, ...parts } = await measure(Number(process.argv[2] ?? 2000), 100);
  console.log(JSON.stringify({ resources, subscriptions, changes }));
  for (const [name, count] of Object.entries(parts))
    console.log(name, count.tableOperations, JSON.stringify(Object.fromEntries(count.executions)));
}
