import { listen } from './amqp/server.ts';
import { Hub } from './hub.ts';
import { openStore } from './store.ts';

export type EventHubsEmulator = {
  readonly port: number;
  /** For the official client, which is told the hub beside it; any key is accepted. */
  readonly connectionString: string;
  close(): Promise<void>;
};

export type EventHubDeclaration = { readonly name: string; readonly partitions: number };

/**
 * Starts an AMQP 1.0 broker for the official `@azure/event-hubs` client on the loopback address. Port 0 means any free
 * one; without a data directory events live in memory only. Rejects when the port is taken or the data cannot be used.
 */
export async function startEventHubs(options: {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly hubs: readonly EventHubDeclaration[];
}): Promise<EventHubsEmulator> {
  const store = openStore(options.dataDir);
  const hubs = options.hubs.map(({ name, partitions }) => new Hub(name, partitions, store));
  try {
    const server = await listen(new Map(hubs.map((hub) => [hub.name.toLowerCase(), hub])), options.port);
    return {
      port: server.port,
      connectionString: `Endpoint=sb://127.0.0.1:${server.port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=emulator;UseDevelopmentEmulator=true;`,
      async close() {
        await server.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
