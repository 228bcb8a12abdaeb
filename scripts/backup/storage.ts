import { hash } from 'node:crypto';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
// Generated from src/declarations.ts, whose features take a second to load.
import declarations from '../../infra/declarations.json' with { type: 'json' };
import { readEnvironment } from '../../src/local/environmentFile.ts';
import { azureCredential } from '../../src/platform/credential.ts';
import { ASCII_LINES } from '../../src/platform/tables.ts';
import { containerSource } from './containers.ts';
import type { Source } from './source.ts';
import { tableSource } from './tables.ts';

/** Thrown for a command line that makes no sense; the message says what is missing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Account = { readonly name: string; readonly sources: readonly Source[] };
type Given = { readonly account: string | undefined; readonly dataDir: string };

/**
 * The storage account of the product (`az login`, or a managed identity), or else the emulator that
 * STORAGE_CONNECTION_STRING names, or that of the local mode that runs. @throws UsageError
 */
export function locateAccount({ account, dataDir }: Given) {
  if (account === undefined) {
    const connectionString = emulatorConnection(dataDir);
    const name = `emulator-${hash('sha256', connectionString).slice(0, 12)}`;
    return { name, connectionString, tables: '', blobs: '', credential: azureCredential(undefined) };
  }
  if (!/^[a-z0-9]{3,24}$/.test(account))
    throw new UsageError(`not the name of a storage account: ${account}`);
  return {
    name: account,
    connectionString: undefined,
    tables: `https://${account}.table.core.windows.net`,
    blobs: `https://${account}.blob.core.windows.net`,
    credential: azureCredential(undefined),
  };
}

/** Every table and container of the product. @throws UsageError */
export function openAccount(given: Given): Account {
  const { name: account, connectionString: connection, credential, ...endpoints } = locateAccount(given);
  const options = {
    retryOptions: { maxRetries: 8, retryDelayInMs: 500 },
    additionalPolicies: [ASCII_LINES],
  };
  const table = (name: string) =>
    connection
      ? TableClient.fromConnectionString(connection, name, { ...options, allowInsecureConnection: true })
      : new TableClient(endpoints.tables, name, credential, options);
  const blobs = connection
    ? BlobServiceClient.fromConnectionString(connection)
    : new BlobServiceClient(endpoints.blobs, credential);
  return {
    name: account,
    sources: [
      ...declarations.tables.map(({ name }) => tableSource(table(name))),
      ...declarations.containers.map(({ name }) => containerSource(blobs.getContainerClient(name))),
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
