import { BlobServiceClient, RestError } from '@azure/storage-blob';
import type { AzureCredential } from './credential.ts';

/** A blob container as it is declared once: local mode and the Bicep check read this. */
export type ContainerDeclaration = { readonly name: string; readonly description: string };

/** Blobs of one container under one tenant's prefix: they cannot be had without a tenant. */
export class TenantBlobs {
  readonly #blob: (
    name: string,
  ) => ReturnType<ReturnType<BlobServiceClient['getContainerClient']>['getBlockBlobClient']>;

  constructor(service: BlobServiceClient, container: string, tenantId: string) {
    if (tenantId === '') throw new TypeError('a tenant id is required');
    const client = service.getContainerClient(container);
    this.#blob = (name) => client.getBlockBlobClient(`${tenantId}/${name}`);
  }

  async write(name: string, content: Uint8Array): Promise<void> {
    await this.#blob(name).uploadData(content);
  }

  /** The content, or undefined where there is no such blob. */
  async read(name: string): Promise<Buffer | undefined> {
    try {
      return await this.#blob(name).downloadToBuffer();
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  async delete(name: string): Promise<void> {
    await this.#blob(name).deleteIfExists();
  }
}

/** The storage account's blob containers. */
export class Blobs {
  readonly #service: BlobServiceClient;

  constructor(options: {
    connectionString?: string | undefined;
    endpoint?: string | undefined;
    credential?: AzureCredential | undefined;
  }) {
    const { connectionString, endpoint, credential } = options;
    if (connectionString) {
      this.#service = BlobServiceClient.fromConnectionString(connectionString);
      return;
    }
    if (!endpoint || !credential) throw new TypeError('a blob endpoint and a credential are required');
    this.#service = new BlobServiceClient(endpoint, credential);
  }

  forTenant(container: ContainerDeclaration, tenantId: string): TenantBlobs {
    return new TenantBlobs(this.#service, container.name, tenantId);
  }

  /** Creates the containers that are missing. */
  async create(declarations: readonly ContainerDeclaration[]): Promise<void> {
    await Promise.all(
      declarations.map(({ name }) => this.#service.getContainerClient(name).createIfNotExists()),
    );
  }

  /** Resolves when the container answers; rejects with its error. Service properties would need a role that no data role has. */
  async ping(declaration: ContainerDeclaration): Promise<void> {
    await this.#service.getContainerClient(declaration.name).getProperties();
  }
}
