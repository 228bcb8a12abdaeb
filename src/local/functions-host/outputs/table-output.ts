import type { TableClient, TableEntity } from '@azure/data-tables';
import { type AppSettings, findConnection, resolvePlaceholders } from '../app-settings.ts';
import type { NamedBinding } from '../functions.ts';
import { textOr } from '../text.ts';
import { itemsOf, type OutputKind } from './output.ts';

/**
 * Inserts entities; the table is made when it is missing, a key that exists fails the invocation.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-table-output
 */
export function createTableOutput(settings: AppSettings): OutputKind {
  const clients = new Map<string, Promise<TableClient>>();
  const connectionOf = (binding: NamedBinding) =>
    findConnection(textOr(binding.connection, '') || 'Storage', settings);

  async function open(binding: NamedBinding): Promise<TableClient> {
    const { TableClient: Client } = await import('@azure/data-tables');
    const table = resolvePlaceholders(textOr(binding.tableName, ''), settings);
    const connection = connectionOf(binding);
    if (connection?.kind === 'connectionString') {
      const isLocal = /UseDevelopmentStorage=true|http:\/\//i.test(connection.value);
      return Client.fromConnectionString(connection.value, table, { allowInsecureConnection: isLocal });
    }
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new Client(connection?.section.tableserviceuri ?? '', table, new DefaultAzureCredential());
  }

  function clientOf(binding: NamedBinding): Promise<TableClient> {
    const key = JSON.stringify([binding.connection, binding.tableName]);
    let client = clients.get(key);
    if (!client) {
      client = open(binding).then(async (opened) => {
        await opened.createTable();
        return opened;
      });
      client.catch(() => clients.delete(key));
      clients.set(key, client);
    }
    return client;
  }

  return {
    type: 'table',
    check: (binding) =>
      connectionOf(binding) ? undefined : `the storage connection '${String(binding.connection)}' is missing`,
    write: async (binding, data) => {
      for (const item of itemsOf(data)) {
        const client = await clientOf(binding);
        await client.createEntity(toEntity(binding, item));
      }
    },
    close: async () => undefined,
  };
}

/** The entity of an item: its own keys (`PartitionKey` or `partitionKey`), else those of the binding. */
export function toEntity(binding: NamedBinding, item: unknown): TableEntity {
  if (typeof item !== 'object' || item === null) throw new Error('A table output takes objects.');
  const { PartitionKey, RowKey, partitionKey, rowKey, ...rest } = item as Record<string, unknown>;
  const keys = {
    partitionKey: textOr(PartitionKey ?? partitionKey ?? binding.partitionKey, ''),
    rowKey: textOr(RowKey ?? rowKey ?? binding.rowKey, ''),
  };
  if (!keys.partitionKey || !keys.rowKey)
    throw new Error('A table output needs a PartitionKey and a RowKey.');
  return { ...rest, ...keys };
}
