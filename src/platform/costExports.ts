import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ContainerClient } from '@azure/storage-blob';
import { parse } from 'csv-parse';
import { AzureError, callAzure } from './azureClient.ts';
import type { AzureCredential } from './credential.ts';

export type CostExportsOptions = {
  /** `https://ACCOUNT.blob.core.windows.net/CONTAINER`, or, with a connection string, the name of the container. */
  readonly container: string;
  readonly connectionString?: string | undefined;
  readonly credential: AzureCredential;
};

const MANIFEST = /(^|\/)manifest\.json$/i;

/** What Cost Management exports into a container: manifests, and CSV files, gzipped or not. Throws AzureError. */
export class CostExports {
  readonly #options: CostExportsOptions;
  #client: Promise<ContainerClient> | undefined;

  constructor(options: CostExportsOptions) {
    this.#options = options;
  }

  /** Every `manifest.json` of the container, parsed. @throws SyntaxError where one is no JSON */
  async *manifests(): AsyncGenerator<unknown> {
    const client = await this.#connect();
    const names: string[] = [];
    await callAzure(async () => {
      for await (const { name } of client.listBlobsFlat()) if (MANIFEST.test(name)) names.push(name);
    });
    for (const name of names) {
      const text = await callAzure(() => client.getBlobClient(name).downloadToBuffer());
      yield JSON.parse(text.toString('utf8'));
    }
  }

  /** Rows of a file by the names of its columns, in lower case; memory does not grow with the file. */
  async *rows(name: string): AsyncGenerator<Readonly<Record<string, string>>> {
    const client = await this.#connect();
    const { readableStreamBody } = await callAzure(() => client.getBlobClient(name).download());
    if (!readableStreamBody)
      throw new AzureError('unavailable', `${name} cannot be read`, { cause: undefined });
    const source = readableStreamBody as Readable;
    const parser = parse({ bom: true, columns: toNames, relax_column_count: true, skip_empty_lines: true });
    const fail = (error: Error) => parser.destroy(error);
    source.on('error', fail);
    if (/\.gz$/i.test(name)) source.pipe(createGunzip().on('error', fail)).pipe(parser);
    else source.pipe(parser);
    for await (const row of parser) yield row as Record<string, string>;
  }

  #connect(): Promise<ContainerClient> {
    this.#client ??= connect(this.#options);
    return this.#client;
  }
}

function toNames(header: readonly string[]): string[] {
  return header.map((name) => name.trim().toLowerCase());
}

async function connect({
  container,
  connectionString,
  credential,
}: CostExportsOptions): Promise<ContainerClient> {
  const { ContainerClient } = await import('@azure/storage-blob');
  return connectionString
    ? new ContainerClient(connectionString, container)
    : new ContainerClient(container, credential);
}
