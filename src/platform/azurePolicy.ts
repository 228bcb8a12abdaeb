import type { Client } from '@azure-rest/core-client';
import {
  type AzureDocument,
  type AzureOptions,
  callAzure,
  clientOptions,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** Versions of Azure's REST API that are asked. Source: azure-rest-api-specs, `Microsoft.Authorization`, `Microsoft.Management`. */
const VERSIONS = {
  policyDefinitions: '2023-04-01',
  policySetDefinitions: '2023-04-01',
  policyAssignments: '2023-04-01',
  policyExemptions: '2022-07-01-preview',
  getEntities: '2020-05-01',
  providers: '2021-04-01',
} as const;
const PAGE_SIZE = 1000;

export type AzurePolicyKind =
  | 'policyDefinitions'
  | 'policySetDefinitions'
  | 'policyAssignments'
  | 'policyExemptions';

/** A management group or a subscription, with the names of the groups above it, from the root on. */
export type ManagementEntity = {
  readonly kind: 'group' | 'subscription';
  readonly name: string;
  readonly displayName: string;
  readonly above: readonly string[];
};

/**
 * What is read of Azure Policy: whole documents, as Resource Manager sent them. `@azure/arm-policy` knows no exemptions
 * and drops what its models lack, so the calls go through the pipeline that it stands on.
 * Every method throws AzureError.
 */
export class AzurePolicy {
  readonly #options: AzureOptions;
  #client: Promise<Client> | undefined;

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /**
   * Objects of a kind at a scope (`/subscriptions/…`, `/providers/Microsoft.Management/managementGroups/…`, or '' for
   * what is built in), a page at a time. `filter` is the API's own `$filter`.
   */
  list(kind: AzurePolicyKind, scope: string, filter?: string): AsyncGenerator<AzureDocument[]> {
    return this.#pages(`${scope}/providers/Microsoft.Authorization/${kind}`, {
      'api-version': VERSIONS[kind],
      ...(filter !== undefined && { $filter: filter }),
    });
  }

  /** Resource providers with the aliases of their types, a page at a time. */
  aliases(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    return this.#pages(`/subscriptions/${subscriptionId}/providers`, {
      'api-version': VERSIONS.providers,
      $expand: 'resourceTypes/aliases',
    });
  }

  /** All management groups and subscriptions that the identity sees. */
  async entities(): Promise<ManagementEntity[]> {
    const found: ManagementEntity[] = [];
    const path = '/providers/Microsoft.Management/getEntities';
    let body = await this.#send('post', path, {
      'api-version': VERSIONS.getEntities,
      $top: String(PAGE_SIZE),
    });
    for (;;) {
      found.push(...(body.value ?? []).map(toEntity));
      if (!body.nextLink) return found;
      body = await this.#send('post', body.nextLink, {});
    }
  }

  async *#pages(path: string, query: Readonly<Record<string, string>>): AsyncGenerator<AzureDocument[]> {
    let body = await this.#send('get', path, query);
    for (;;) {
      yield body.value ?? [];
      if (!body.nextLink) return;
      body = await this.#send('get', body.nextLink, {});
    }
  }

  async #send(
    method: 'get' | 'post',
    path: string,
    query: Readonly<Record<string, string>>,
  ): Promise<ListBody> {
    this.#client ??= connect(this.#options);
    const client = await this.#client;
    const { createRestError } = await import('@azure-rest/core-client');
    return callAzure(async () => {
      const response = await client.pathUnchecked(path)[method]({ queryParameters: { ...query } });
      if (response.status !== '200') throw createRestError(response);
      return response.body as ListBody;
    });
  }
}

type ListBody = { readonly value?: AzureDocument[]; readonly nextLink?: string | null };

async function connect({ endpoint, credential }: AzureOptions): Promise<Client> {
  const { getClient } = await import('@azure-rest/core-client');
  return withoutTokenOverHttp(getClient(endpoint, credential, clientOptions(endpoint)), endpoint);
}

function toEntity(document: AzureDocument): ManagementEntity {
  const { displayName, parentNameChain } = (document.properties ?? {}) as {
    displayName?: string;
    parentNameChain?: string[];
  };
  const name = String(document.name);
  return {
    kind: String(document.type).toLowerCase().endsWith('managementgroups') ? 'group' : 'subscription',
    name,
    displayName: displayName ?? name,
    above: parentNameChain ?? [],
  };
}
