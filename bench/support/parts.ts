import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild } from '#local/child.ts';
import { startAzurite } from '#local/stack.ts';
import { queues } from '../../src/declarations.ts';
import { inTempDir } from './tempDir.ts';

/** Azurite's published key, the same on every machine: no secret. */
const AZURITE_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export type { Child };
export type Simulator = { readonly url: string; readonly tenantId: string; readonly child: Child };

/** Starts parts of local mode, each a process of its own with the flags of `src/local/stack.ts`. */
export type Parts = {
  readonly storage: (options?: { isInMemory: boolean }) => Promise<Emulator>;
  readonly bus: () => Promise<Emulator & { readonly statusUrl: string }>;
  /** A receiver of webhooks: `bench/receiver.ts`. */
  readonly receiver: () => Promise<{ readonly url: string; readonly child: Child }>;
  /** A directory of that name, for what a part keeps there. */
  readonly dir: (name: string) => string;
  readonly simulator: (estateSize: number) => Promise<Simulator>;
  /** `profileDir`: where it leaves a CPU profile when it ends. */
  readonly host: (environment: Readonly<Record<string, string>>, profileDir?: string) => Promise<Host>;
};
/** Stopped with the others, or before. */
export type Emulator = {
  readonly connectionString: string;
  readonly stop: () => Promise<void>;
  readonly child: Child;
};
export type Host = { readonly url: string; readonly eventGridKey: string; readonly child: Child };

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs `work`, then stops every part that it started and removes their data. */
export function withParts<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
  return inTempDir(async (dir) => {
    const children: Child[] = [];
    const endAll = () => {
      void Promise.all(children.map((child) => child.stop(500))).finally(() => process.exit(130));
    };
    for (const signal of SIGNALS) process.once(signal, endAll);
    try {
      return await work(createParts(dir, children));
    } finally {
      for (const signal of SIGNALS) process.off(signal, endAll);
      await Promise.all(children.map((child) => child.stop(2000)));
    }
  });
}

function createParts(dir: string, children: Child[]): Parts {
  let count = 0;
  function folder(name: string): (file: string) => string {
    count += 1;
    const path = join(dir, `${name}-${count}`);
    mkdirSync(join(path, 'logs'), { recursive: true });
    return (file) => join(path, file);
  }
  async function start(name: string, args: readonly string[], options: StartOptions): Promise<Child> {
    const child = await startChild({
      name,
      script: new URL(`../../src/local/${name}/main.ts`, import.meta.url).pathname,
      args,
      environment: options.environment ?? {},
      logFile: options.logFile,
      ready: (line) => (line.startsWith('{') ? JSON.parse(line) : undefined),
    });
    children.push(child);
    return child;
  }
  return {
    async storage({ isInMemory } = { isInMemory: false }) {
      if (isInMemory) return startInMemoryAzurite(folder('azurite'), children);
      const own: Child[] = [];
      const environment = await startAzurite({ file: folder('azurite') }, own);
      children.push(...own);
      const [child] = own;
      if (!child) throw new Error('unset STORAGE_CONNECTION_STRING and STORAGE_TABLE_ENDPOINT');
      return {
        child,
        connectionString: environment.STORAGE_CONNECTION_STRING ?? '',
        stop: () => child.stop(2000),
      };
    },
    async bus() {
      const file = folder('service-bus');
      const args = ['--port', '0', '--data-dir', file('data'), '--queues', JSON.stringify(queues)];
      const child = await start('service-bus', args, { logFile: file('log') });
      const { connectionString, statusUrl } = child.value as { connectionString: string; statusUrl: string };
      return { child, connectionString, statusUrl, stop: () => child.stop(2000) };
    },
    async receiver() {
      const child = await startChild({
        name: 'receiver',
        script: new URL('../receiver.ts', import.meta.url).pathname,
        args: [],
        logFile: folder('receiver')('log'),
        ready: (line) => (line.startsWith('{') ? JSON.parse(line) : undefined),
      });
      children.push(child);
      return { child, url: (child.value as { url: string }).url };
    },
    dir: (name) => folder(name)(''),
    async simulator(estateSize) {
      const file = folder('azure');
      const args = ['--port', '0', '--data-dir', file('data'), '--estate-size', String(estateSize)];
      const child = await start('azure', [...args, '--drift', '0'], { logFile: file('log') });
      return { ...(child.value as { url: string; tenantId: string }), child };
    },
    async host(environment, profileDir) {
      const profile = profileDir && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` };
      const file = folder('functions-host');
      const args = [
        '--port',
        '0',
        '--script-root',
        '.',
        '--entry',
        'src/main.ts',
        '--data-dir',
        file('data'),
      ];
      const child = await start('functions-host', args, {
        logFile: file('log'),
        environment: { ...environment, ...profile },
      });
      return { ...(child.value as { url: string; eventGridKey: string }), child };
    },
  };
}

/**
 * Azurite writes its tables as one JSON text every few seconds; above some 200,000 resources that text is longer
 * than a string can be, so larger estates are kept in memory.
 */
async function startInMemoryAzurite(file: (name: string) => string, children: Child[]): Promise<Emulator> {
  const names = ['blob', 'queue', 'table'] as const;
  const [blob, , table] = await Promise.all(names.map(freePort));
  const child = await startChild({
    name: 'Azurite',
    script: new URL('../../src/local/azurite/main.ts', import.meta.url).pathname,
    args: [
      ...['--inMemoryPersistence', '--extentMemoryLimit', '4096', '--silent', '--skipApiVersionCheck'],
      ...['--disableTelemetry', '--queuePort', '0', '--blobPort', `${blob}`, '--tablePort', `${table}`],
    ],
    environment: { NODE_OPTIONS: '--max-old-space-size=16000' },
    logFile: file('log'),
    ready: (line) => (/Table service (is )?successfully listen/.test(line) ? line : undefined),
  });
  children.push(child);
  const endpoint = (port: number | undefined) => `http://127.0.0.1:${port}/devstoreaccount1`;
  const account = `AccountName=devstoreaccount1;AccountKey=${AZURITE_KEY}`;
  const connectionString = `DefaultEndpointsProtocol=http;${account};BlobEndpoint=${endpoint(blob)};TableEndpoint=${endpoint(table)};`;
  return { child, connectionString, stop: () => child.stop(2000) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

type StartOptions = {
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
};
