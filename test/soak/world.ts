import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, ChildOptions } from '#local/child.ts';
import { startAzurite } from '#local/stack.ts';
import { queues } from '../../src/declarations.ts';
import { tempDir } from '../support/tempDir.ts';
import { Part } from './part.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

/** A lock is given back this soon after its holder was killed; in Azure after minutes. Renewed while work goes on. */
const LOCK_SECONDS = 5;
/** Event Grid tries again after 10 s, 30 s, 1 min …; here after this part of it. */
const RETRY_SCALE = '0.02';
const NEVER = '0 0 0 1 1 *';
const ROOT = new URL('../../', import.meta.url).pathname;

export type QueueCounts = {
  readonly name: string;
  readonly active: number;
  readonly scheduled: number;
  readonly deadLettered: number;
};
export type World = Awaited<ReturnType<typeof startWorld>>;

/** The whole product in processes of its own, with a proxy of ours between the app and what it calls. */
export async function startWorld(options: { estateSize: number; seed: number }) {
  const dir = tempDir();
  const file = (name: string) => join(dir, name);
  mkdirSync(file('logs'), { recursive: true });
  const azurite: Child[] = [];
  const storage = await startAzurite({ file }, azurite);
  const connectionString = storage.STORAGE_CONNECTION_STRING ?? '';
  const storageProxies: TcpProxy[] = [];
  const proxied = await throughProxies(connectionString, storageProxies);

  const simulator = new Part('Azure simulator', () =>
    part('azure', file, [
      ...['--port', '0', '--data-dir', file('azure'), '--drift', '0', '--retry-scale', RETRY_SCALE],
      ...['--estate-size', String(options.estateSize), '--seed', String(options.seed)],
    ]),
  );
  let brokerPort = 0;
  const broker = new Part('Service Bus emulator', () =>
    part('service-bus', file, [
      ...['--port', String(brokerPort), '--data-dir', file('service-bus')],
      ...[
        '--queues',
        JSON.stringify(queues.map((queue) => ({ ...queue, lockDurationSeconds: LOCK_SECONDS }))),
      ],
    ]),
  );
  await Promise.all([simulator.start(), broker.start()]);
  const { url: simulatorUrl, tenantId } = simulator.value as { url: string; tenantId: string };
  const { port, connectionString: busConnection } = broker.value as {
    port: number;
    connectionString: string;
  };
  brokerPort = port;
  const azureProxy = await startProxy(Number(new URL(simulatorUrl).port));
  const environment = {
    TENANT_ID: tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: `http://127.0.0.1:${azureProxy.port}`,
    STORAGE_CONNECTION_STRING: proxied,
    ServiceBus: busConnection,
    GRAPH_LAG_SECONDS: '0',
    SYNC_SCHEDULE: NEVER,
    'AzureWebJobs.events.Disabled': 'true',
  };
  let appPort = 0;
  const app = new Part('PolicyCortex', () => ({
    ...part('functions-host', file, [
      ...['--port', String(appPort), '--script-root', ROOT, '--entry', join(ROOT, 'src/main.ts')],
      ...['--data-dir', file('functions-host'), '--log-level', 'information'],
    ]),
    environment,
  }));
  await app.start();
  const { url, eventGridKey } = app.value as { url: string; eventGridKey: string };
  appPort = Number(new URL(url).port);
  const endpoint = `${url}/runtime/webhooks/eventgrid?functionName=resourceEvents&code=${eventGridKey}`;

  return {
    dir,
    url,
    simulatorUrl,
    tenantId,
    busConnection,
    /** Straight to Azurite, past the proxies. */
    storageConnection: connectionString,
    app,
    broker,
    parts: [app, broker, simulator] as const,
    cutStorage: () => storageProxies.reduce((sum, proxy) => sum + proxy.cut(), 0),
    cutAzure: () => azureProxy.cut(),
    /** Event Grid delivers to the app, or to nobody. */
    async connectEventGrid(isConnected: boolean): Promise<void> {
      await control(simulatorUrl, 'PUT', 'event-grid', { endpoint: isConnected ? endpoint : null });
    },
    async drift(changes: number): Promise<void> {
      await control(simulatorUrl, 'POST', 'drift', { changes });
    },
    async pendingEvents(): Promise<{ pending: number; failed: number }> {
      const status = await control(simulatorUrl, 'GET', 'status');
      return (status as { events: { pending: number; failed: number } }).events;
    },
    async queueCounts(): Promise<QueueCounts[]> {
      const { statusUrl } = broker.value as { statusUrl: string };
      const status = await fetch(statusUrl).then((response) => response.json());
      return (status as { queues: QueueCounts[] }).queues;
    },
    /** Runs a function of the app by hand; it may be down. */
    async runFunction(name: string): Promise<void> {
      await fetch(`${url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"input":""}',
      }).catch(() => undefined);
    },
    async stop(): Promise<void> {
      await app.stop();
      for (const proxy of [...storageProxies, azureProxy]) proxy.close();
      await Promise.all([broker.stop(), simulator.stop(), ...azurite.map((child) => child.stop(500))]);
    },
  };
}

function part(name: string, file: (name: string) => string, args: readonly string[]): ChildOptions {
  return {
    name,
    script: join(ROOT, `src/local/${name}/main.ts`),
    args,
    logFile: file(`logs/${name}.log`),
    ready: (line) => (line.startsWith('{') ? (JSON.parse(line) as unknown) : undefined),
  };
}

/** The connection string with a proxy in place of each endpoint. */
async function throughProxies(connectionString: string, proxies: TcpProxy[]): Promise<string> {
  let text = connectionString;
  for (const [, port] of connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)) {
    const proxy = await startProxy(Number(port));
    proxies.push(proxy);
    text = text.replace(`127.0.0.1:${port}/`, `127.0.0.1:${proxy.port}/`);
  }
  return text;
}

async function control(simulatorUrl: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${simulatorUrl}/simulator/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
  return response.json();
}
