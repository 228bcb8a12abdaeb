import type { ServiceClient } from '@azure/core-client';
import {
  type AzureDocument,
  AzureError,
  type AzureOptions,
  clientOptions,
  sendRaw,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** Of `Microsoft.Resources/tags`. */
const TAGS_VERSION = '2022-09-01';

type Versioned = {
  readonly apiVersion: string;
  /** The write is refused where the resource has another one by now. */
  readonly etag?: string | undefined;
};

/** Single writes to resources, as the identity that may. What takes long goes on in Azure. Every method throws AzureError. */
export class AzureWriter {
  readonly #options: AzureOptions;
  #client: Promise<ServiceClient> | undefined;

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** Sets or removes some tags and leaves the others. Source: "Tags - Update At Scope". */
  async updateTags(id: string, operation: 'Merge' | 'Delete', tags: AzureDocument): Promise<void> {
    const url = this.#url(`${id}/providers/Microsoft.Resources/tags/default`, TAGS_VERSION);
    await this.#send({ method: 'PATCH', url, body: { operation, properties: { tags } } });
  }

  /** JSON Merge Patch; `whole` is PUT where the provider takes no PATCH for the type. */
  async update(
    id: string,
    body: AzureDocument,
    options: Versioned & { whole: AzureDocument },
  ): Promise<void> {
    const { apiVersion, etag, whole } = options;
    const url = this.#url(id, apiVersion);
    const headers = etag === undefined ? {} : { 'if-match': etag };
    try {
      await this.#send({ method: 'PATCH', url, body, headers });
    } catch (error) {
      if (!(error instanceof AzureError) || error.status !== 405) throw error;
      await this.#send({ method: 'PUT', url, body: whole, headers });
    }
  }

  /** Deletes a resource; one that is gone is no failure. */
  async remove(id: string, { apiVersion, etag }: Versioned): Promise<void> {
    const headers = etag === undefined ? {} : { 'if-match': etag };
    try {
      await this.#send({ method: 'DELETE', url: this.#url(id, apiVersion), headers });
    } catch (error) {
      if (!(error instanceof AzureError) || error.kind !== 'notFound') throw error;
    }
  }

  async #send(request: Parameters<typeof sendRaw>[1]): Promise<void> {
    const { credential, endpoint } = this.#options;
    this.#client ??= import('@azure/core-client').then(({ ServiceClient }) =>
      withoutTokenOverHttp(new ServiceClient({ ...clientOptions(endpoint), credential }), endpoint),
    );
    await sendRaw(await this.#client, request);
  }

  #url(id: string, apiVersion: string): string {
    const path = id.split('/').map(encodeURIComponent).join('/');
    return `${this.#options.endpoint.replace(/\/$/, '')}${path}?api-version=${apiVersion}`;
  }
}
