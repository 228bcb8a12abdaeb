import type { QueueDeclaration } from '#platform/queues.ts';
import { listen } from './amqp/server.ts';
import { Broker } from './broker/broker.ts';
import type { QueueCounts } from './broker/counts.ts';
import { createMemoryStore } from './store/memory.ts';
import { openSqliteStore } from './store/sqlite.ts';

export type { QueueCounts } from './broker/counts.ts';

export type ServiceBusEmulator = {
  readonly port: number;
  /** For the official client; any key is accepted. */
  readonly connectionString: string;
  /** Resolves when the emulator can no longer keep messages, as on a full disk; it confirms nothing after that. */
  readonly failed: Promise<Error>;
  counts(): QueueCounts[];
  close(): Promise<void>;
};

/**
 * Starts an AMQP 1.0 broker for the official `@azure/service-bus` client on the loopback address. Port 0 means
 * any free one; without a data directory messages live in memory only. Rejects with a one-line reason when the
 * port is taken or the data cannot be used.
 */
export async function startServiceBus(options: {
  port: number;
  dataDir: string | undefined;
  queues: readonly QueueDeclaration[];
}): Promise<ServiceBusEmulator> {
  const store = options.dataDir === undefined ? createMemoryStore() : openSqliteStore(options.dataDir);
  const { promise: failed, resolve: onFailure } = Promise.withResolvers<Error>();
  const broker = new Broker({ store, queues: options.queues, onFailure });
  try {
    const server = await listen(broker, options.port);
    return {
      port: server.port,
      connectionString: connectionStringOf(server.port),
      failed,
      counts: () => broker.counts(),
      async close() {
        await server.close();
        broker.close();
      },
    };
  } catch (error) {
    broker.close();
    throw error;
  }
}

function connectionStringOf(port: number): string {
  return `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=emulator;UseDevelopmentEmulator=true;`;
}
