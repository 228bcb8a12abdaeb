import type { BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import type { AzureCredential } from './credential.ts';

/** A blob container as it is declared once: local mode and the Bicep check read this. */
export type ContainerDeclaration = { readonly name: string; readonly description: string };

export type BlobsOptions = {
  readonly connectionString?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credential?: AzureCredential | undefined;
};

/** Blobs of one container under one tenant's prefix: they cannot be had without a tenant. */
export class TenantBlobs {
  readonly #blob: (name: string) => Promise<BlockBlobClient>;

  constructor(service: () => Promise<BlobServiceClient>, container: string, tenantId: string) {
    if (tenantId === '') throw new TypeError('a tenant id is required');
    this.#blob = async (name) =>
      (await service()).getContainerClient(container).getBlockBlobClient(`${tenantId}/${name}`);
  }

  async write(name: string, content: Uint8Array): Promise<void> {
    await (await this.#blob(name)).uploadData(content);
  }

  /** Does nothing where there is no such blob. */
  async delete(name: string): Promise<void> {
    await (await this.#blob(name)).deleteIfExists();
  }

  /** The content, or undefined where there is no such blob. */
  async read(name: string): Promise<Buffer | undefined> {
    try {
      return await (await this.#blob(name)).downloadToBuffer();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }
}

/** The storage account's blob containers. The client library is heavy and not needed at once: loaded at the first use. */
export class Blobs {
  readonly #options: BlobsOptions;
  #client: Promise<BlobServiceClient> | undefined;

  constructor(options: BlobsOptions) {
    this.#options = options;
  }

  forTenant(container: ContainerDeclaration, tenantId: string): TenantBlobs {
    return new TenantBlobs(() => this.#service(), container.name, tenantId);
  }

  /** Creates the containers that are missing. */
  async create(declarations: readonly ContainerDeclaration[]): Promise<void> {
    const service = await this.#service();
    await Promise.all(declarations.map(({ name }) => service.getContainerClient(name).createIfNotExists()));
  }

  /** Resolves when the container answers; rejects with its error. Service properties would need a role that no data role has. */
  async ping(declaration: ContainerDeclaration): Promise<void> {
    await (await this.#service()).getContainerClient(declaration.name).getProperties();
  }

  #service(): Promise<BlobServiceClient> {
    this.#client ??= connect(this.#options);
    return this.#client;
  }
}

async function connect({ connectionString, endpoint, credential }: BlobsOptions): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  if (connectionString) return BlobServiceClient.fromConnectionString(connectionString);
  if (!endpoint || !credential) throw new TypeError('a blob endpoint and a credential are required');
  return new BlobServiceClient(endpoint, credential);
}
