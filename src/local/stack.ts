import { createServer } from 'node:net';
import { queues } from '../declarations.ts';
import { type Child, ChildError, startChild } from './child.ts';
import type { LocalOptions } from './options.ts';

/** Every part of local mode, running. */
export type Stack = {
  readonly url: string;
  readonly simulatorUrl: string | undefined;
  /** Settings that the app runs with; other processes reach the same emulators by them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Process ids by part, for tests that end one. */
  readonly pids: Readonly<Record<string, number>>;
  /** Rejects when a part ends by itself. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
};

export type StackOptions = LocalOptions & {
  readonly file: (name: string) => string;
  readonly onAppLog: (line: string) => void;
};

const AZURITE_ACCOUNT = 'devstoreaccount1';
/** Azurite writes each of its databases as one string, which holds about this many resources. Above, it keeps them in memory. */
const MAX_KEPT = 150_000;
/** The emulator's published key, the same on every machine: no secret. */
const AZURITE_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const EXPORT_HUB = 'defender';
/** Lets the app write to the simulator, which asks for no token. */
const NO_IDENTITY = '00000000-0000-4000-8000-000000000000';

/** Starts the emulators side by side, then the app. A part whose endpoint the environment names is not started. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const children: Child[] = [];
  try {
    const eventHubs = startEventHubs(options, children);
    const [storage, serviceBus, securityExport, azure] = await Promise.all([
      startAzurite(options, children),
      startServiceBus(options, children),
      eventHubs,
      eventHubs.then(({ SecurityExport }) => startAzure(options, children, SecurityExport)),
    ]);
    const environment = {
      TENANT_ID: process.env.TENANT_ID ?? azure.tenantId,
      AZURE_RESOURCE_MANAGER_ENDPOINT: azure.endpoint,
      SECRETS_DIRECTORY: options.file('secrets'),
      ...(azure.simulatorUrl && { AZURE_WRITER_CLIENT_ID: NO_IDENTITY }),
      STARTER_PACK_ASSIGNED: process.env.STARTER_PACK_ASSIGNED ?? 'true',
      METRICS_SCHEDULE: process.env.METRICS_SCHEDULE ?? '*/30 * * * * *',
      ...storage,
      ...serviceBus,
      ...securityExport,
    };
    const app = await startApp(options, environment);
    children.push(app.child);
    if (azure.simulatorUrl) await connectEventGrid(azure.simulatorUrl, app);
    return {
      url: app.url,
      simulatorUrl: azure.simulatorUrl,
      environment,
      pids: { app: app.child.pid },
      ended: Promise.race(children.map((child) => child.ended)),
      stop: () => stopAll(children),
    };
  } catch (error) {
    await stopAll(children);
    throw error;
  }
}

/** The app first, so that it drains into emulators that still answer. */
async function stopAll(children: readonly Child[]): Promise<void> {
  await children.at(-1)?.stop();
  await Promise.all(children.map((child) => child.stop()));
}

export async function startAzurite(
  options: Pick<StackOptions, 'file'> & { readonly estateSize?: number },
  children: Child[],
): Promise<Record<string, string>> {
  if (process.env.STORAGE_TABLE_ENDPOINT || process.env.STORAGE_CONNECTION_STRING) return {};
  const [blob, queue, table] = [await freePort(), await freePort(), await freePort()];
  const ports = ['--blobPort', String(blob), '--queuePort', String(queue), '--tablePort', String(table)];
  const child = await startChild({
    name: 'Azurite',
    script: scriptOf('azurite'),
    args: [
      ...((options.estateSize ?? 0) > MAX_KEPT ? ['--inMemoryPersistence'] : []),
      '--location',
      options.file('azurite'),
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      ...ports,
    ],
    logFile: options.file('logs/azurite.log'),
    ready: (line) =>
      line.includes('Table service successfully listens') ||
      line.includes('Table service is successfully listening')
        ? line
        : undefined,
  }).catch((error) => {
    const hint = `if what it keeps in ${options.file('azurite')} is damaged, npm run reset empties it`;
    throw new ChildError(`${(error as Error).message}; ${hint}`);
  });
  children.push(child);
  const account = `AccountName=${AZURITE_ACCOUNT};AccountKey=${AZURITE_KEY}`;
  const endpoint = (port: number) => `http://127.0.0.1:${port}/${AZURITE_ACCOUNT}`;
  return {
    STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;${account};BlobEndpoint=${endpoint(blob)};TableEndpoint=${endpoint(table)};`,
  };
}

async function startServiceBus(options: StackOptions, children: Child[]): Promise<Record<string, string>> {
  if (process.env.ServiceBus || process.env.ServiceBus__fullyQualifiedNamespace) return {};
  const child = await startChild({
    name: 'Service Bus emulator',
    script: scriptOf('service-bus'),
    args: ['--port', '0', '--data-dir', options.file('service-bus'), '--queues', JSON.stringify(queues)],
    logFile: options.file('logs/service-bus.log'),
    ready: readyLine,
  });
  children.push(child);
  return { ServiceBus: (child.value as { connectionString: string }).connectionString };
}

/** Only beside the simulator: another Azure sends to an event hub of its own, which the environment names. */
async function startEventHubs(
  options: StackOptions,
  children: Child[],
): Promise<{ SecurityExport?: string; SECURITY_EXPORT_HUB?: string }> {
  if (process.env.AZURE_RESOURCE_MANAGER_ENDPOINT || process.env.SECURITY_EXPORT_HUB) return {};
  const child = await startChild({
    name: 'Event Hubs emulator',
    script: scriptOf('event-hubs'),
    args: ['--port', '0', '--data-dir', options.file('event-hubs'), '--hub', `${EXPORT_HUB}:2`],
    logFile: options.file('logs/event-hubs.log'),
    ready: readyLine,
  });
  children.push(child);
  const { connectionString } = child.value as { connectionString: string };
  return { SecurityExport: connectionString, SECURITY_EXPORT_HUB: EXPORT_HUB };
}

async function startAzure(
  options: StackOptions,
  children: Child[],
  securityExport: string | undefined,
): Promise<{ endpoint: string; tenantId: string; simulatorUrl: string | undefined }> {
  const endpoint = process.env.AZURE_RESOURCE_MANAGER_ENDPOINT;
  if (endpoint) {
    if (!process.env.TENANT_ID)
      throw new ChildError(
        'TENANT_ID must name your tenant when AZURE_RESOURCE_MANAGER_ENDPOINT is set (az account show --query tenantId)',
      );
    return { endpoint, tenantId: process.env.TENANT_ID, simulatorUrl: undefined };
  }
  const { estateSize, seed, drift, estate } = options;
  const child = await startChild({
    name: 'Azure simulator',
    script: scriptOf('azure'),
    args: [
      ...['--port', '0', '--data-dir', options.file('azure')],
      ...['--retry-scale', '0.05'],
      ...['--estate-size', String(estateSize), '--seed', String(seed), '--drift', String(drift)],
      ...(securityExport === undefined
        ? []
        : ['--security-export', securityExport, '--security-export-hub', EXPORT_HUB]),
      ...(estate === undefined ? [] : ['--estate', estate]),
    ],
    logFile: options.file('logs/azure.log'),
    ready: readyLine,
  });
  children.push(child);
  const { url, tenantId } = child.value as { url: string; tenantId: string };
  return { endpoint: url, tenantId, simulatorUrl: url };
}

async function startApp(
  options: StackOptions,
  environment: Readonly<Record<string, string>>,
): Promise<{ child: Child; url: string; eventGridKey: string }> {
  const child = await startChild({
    name: 'PolicyCortex',
    script: scriptOf('functions-host'),
    args: [
      ...['--port', String(options.port), '--script-root', '.', '--entry', 'src/main.ts'],
      ...['--data-dir', options.file('functions-host'), '--log-level', 'information'],
    ],
    environment,
    logFile: options.file('logs/app.log'),
    ready: readyLine,
    onLogLine: options.onAppLog,
  });
  const { url, eventGridKey } = child.value as { url: string; eventGridKey: string };
  return { child, url, eventGridKey };
}

async function connectEventGrid(
  simulatorUrl: string,
  app: { url: string; eventGridKey: string },
): Promise<void> {
  const endpoint = `${app.url}/runtime/webhooks/eventgrid?functionName=resourceEvents&code=${app.eventGridKey}`;
  const response = await fetch(`${simulatorUrl}/simulator/event-grid`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint }),
  });
  if (!response.ok)
    throw new ChildError(`Azure simulator: refused the event subscription: ${await response.text()}`);
}

function scriptOf(part: string): string {
  return new URL(`./${part}/main.ts`, import.meta.url).pathname;
}

function readyLine(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line) : undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
