import { hash } from 'node:crypto';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { containers, tables } from '../../src/declarations.ts';
import { readEnvironment } from '../../src/local/environmentFile.ts';
import { azureCredential } from '../../src/platform/credential.ts';
import { containerSource } from './containers.ts';
import type { Source } from './source.ts';
import { tableSource } from './tables.ts';

/** Thrown for a command line that makes no sense; the message says what is missing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Account = { readonly name: string; readonly sources: readonly Source[] };

/**
 * Every table and container of the product, in a storage account (`az login`, or a managed identity), in the emulator
 * that STORAGE_CONNECTION_STRING names, or in the local mode that runs. @throws UsageError
 */
export function openAccount(given: { account: string | undefined; dataDir: string }): Account {
  const { account, dataDir } = given;
  if (account !== undefined && !/^[a-z0-9]{3,24}$/.test(account))
    throw new UsageError(`not the name of a storage account: ${account}`);
  const connection = account === undefined ? emulatorConnection(dataDir) : undefined;
  const retryOptions = { maxRetries: 8, retryDelayInMs: 500 };
  const credential = azureCredential(undefined);
  const table = (name: string) =>
    connection
      ? TableClient.fromConnectionString(connection, name, { retryOptions, allowInsecureConnection: true })
      : new TableClient(`https://${account}.table.core.windows.net`, name, credential, { retryOptions });
  const blobs = connection
    ? BlobServiceClient.fromConnectionString(connection)
    : new BlobServiceClient(`https://${account}.blob.core.windows.net`, credential);
  return {
    name: account ?? `emulator-${hash('sha256', connection ?? '').slice(0, 12)}`,
    sources: [
      ...tables.map(({ name }) => tableSource(table(name))),
      ...containers.map(({ name }) => containerSource(blobs.getContainerClient(name))),
    ],
  };
}

function emulatorConnection(dataDir: string): string {
  if (process.env.STORAGE_CONNECTION_STRING) return process.env.STORAGE_CONNECTION_STRING;
  const connection = readEnvironment(join(dataDir, 'environment.json'))?.environment
    .STORAGE_CONNECTION_STRING;
  if (connection) return connection;
  throw new UsageError(`name a storage account (--account), or start local mode in ${dataDir} (npm start)`);
}
