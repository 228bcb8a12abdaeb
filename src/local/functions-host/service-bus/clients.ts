import type { ServiceBusClient } from '@azure/service-bus';
import { type AppSettings, type Connection, findConnection } from '../app-settings.ts';

export type ServiceBusClients = {
  /** The line to show when the connection is missing, else undefined. */
  check(connectionName: string): string | undefined;
  /** One client a connection, made on first use. */
  get(connectionName: string): Promise<ServiceBusClient>;
  close(): Promise<void>;
};

// Retrying quickly finds a broker that was away; the listeners retry for ever on top of it.
const retryOptions = { maxRetries: 3, retryDelayInMs: 250, maxRetryDelayInMs: 2_000, timeoutInMs: 60_000 };

/** Clients by the name of their connection setting (`ServiceBus` when a binding names none). */
export function createServiceBusClients(settings: AppSettings): ServiceBusClients {
  const clients = new Map<string, Promise<ServiceBusClient>>();
  const find = (name: string) => findConnection(name || 'ServiceBus', settings);
  return {
    check: (name) => {
      const connection = find(name);
      const isUsable =
        connection?.kind === 'connectionString' || connection?.section.fullyqualifiednamespace !== undefined;
      const label = name || 'ServiceBus';
      return isUsable
        ? undefined
        : `the Service Bus connection '${label}' is missing: set ${label} to a connection string or ${label}__fullyQualifiedNamespace`;
    },
    get: (name) => {
      let client = clients.get(name);
      if (!client) {
        client = openClient(find(name));
        clients.set(name, client);
      }
      return client;
    },
    close: async () => {
      for (const client of clients.values()) await (await client).close();
    },
  };
}

async function openClient(connection: Connection | undefined): Promise<ServiceBusClient> {
  const { ServiceBusClient: Client } = await import('@azure/service-bus');
  if (connection?.kind === 'connectionString') return new Client(connection.value, { retryOptions });
  const { DefaultAzureCredential } = await import('@azure/identity');
  const section = connection?.section ?? {};
  const managedIdentityClientId = section.clientid;
  const credential = new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {});
  return new Client(section.fullyqualifiednamespace ?? '', credential, { retryOptions });
}
