import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { QueueDeclaration } from '#platform/queues.ts';
import { temporaryFolder } from './apps.ts';
import { type Spawned, spawnLine } from './spawn-line.ts';
import { waitFor } from './wait-for.ts';

const broker = join(import.meta.dirname, '../../service-bus/main.ts');

export type Broker = Spawned & { readonly connectionString: string; readonly port: number };

/** Starts the Service Bus emulator. */
export async function startBroker(
  queues: readonly QueueDeclaration[],
  options: { readonly port?: number; readonly dataDir?: string } = {},
): Promise<Broker> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const port = String(options.port ?? 0);
  const args = [broker, '--port', port, '--data-dir', dataDir, '--queues', JSON.stringify(queues)];
  const spawned = await spawnLine(args);
  if (!spawned.first) throw new Error(`The emulator did not start: ${spawned.errors()}`);
  return {
    ...spawned,
    connectionString: String(spawned.first.connectionString),
    port: Number(spawned.first.port),
  };
}

export function queue(name: string, changes: Partial<QueueDeclaration> = {}): QueueDeclaration {
  return {
    name,
    description: name,
    lockDurationSeconds: 30,
    maxDeliveryCount: 3,
    defaultMessageTimeToLiveSeconds: 3600,
    deadLetteringOnMessageExpiration: false,
    maxSizeInMegabytes: 1024,
    ...changes,
  };
}

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts Azurite's table service; `connectionString` reaches it. */
export async function startTables(): Promise<{ connectionString: string; stop(): Promise<unknown> }> {
  const port = await freePort();
  const azurite = dirname(createRequire(import.meta.url).resolve('azurite/package.json'));
  const script = join(azurite, 'dist/src/table/main.js');
  const location = ['--tablePort', String(port), '--location', await temporaryFolder()];
  const quiet = ['--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const spawned = await spawnLine([script, ...location, ...quiet]);
  const endpoint = `http://127.0.0.1:${port}/${account}`;
  await waitFor(() =>
    fetch(endpoint).then(
      () => true,
      () => undefined,
    ),
  );
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=${endpoint};`,
    stop: () => spawned.stop('SIGKILL'),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
