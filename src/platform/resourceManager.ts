import type { ResourceGraphClient } from '@azure/arm-resourcegraph';
import type { ResourceManagementClient } from '@azure/arm-resources';
import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import {
  type AzureDocument,
  AzureError,
  type AzureOptions,
  callAzure,
  clientOptions,
  withoutTokenOverHttp,
} from './azureClient.ts';

export { type AzureDocument, AzureError } from './azureClient.ts';

export type GraphPage = { readonly rows: AzureDocument[]; readonly skipToken: string | undefined };
export type AzureSubscription = {
  subscriptionId: string;
  displayName: string;
  state: string;
  tenantId: string | undefined;
};
export type ListedResource = { readonly id: string; readonly changedTime: Date | undefined };

/** What the product reads from Azure Resource Manager and Resource Graph. Every method throws AzureError. */
export class ResourceManager {
  readonly #options: AzureOptions;
  readonly #bySubscription = new Map<string, Promise<ResourceManagementClient>>();
  #graph: Promise<ResourceGraphClient> | undefined;
  #subscriptions: Promise<SubscriptionClient> | undefined;

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** Every subscription that the identity can read. */
  async listSubscriptions(): Promise<AzureSubscription[]> {
    this.#subscriptions ??= import('@azure/arm-resources-subscriptions').then(({ SubscriptionClient }) =>
      withoutTokenOverHttp(
        new SubscriptionClient(this.#options.credential, clientOptions(this.#options.endpoint)),
        this.#options.endpoint,
      ),
    );
    const client = await this.#subscriptions;
    return callAzure(async () => {
      const found: AzureSubscription[] = [];
      for await (const item of client.subscriptions.list()) {
        if (!item.subscriptionId) continue;
        found.push({
          subscriptionId: item.subscriptionId.toLowerCase(),
          displayName: item.displayName ?? item.subscriptionId,
          state: item.state ?? 'Unknown',
          tenantId: item.tenantId,
        });
      }
      return found;
    });
  }

  /** One page, at most 1,000 rows, of a Resource Graph query over one subscription. */
  async queryGraph(options: {
    subscriptionId: string;
    query: string;
    skipToken: string | undefined;
  }): Promise<GraphPage> {
    this.#graph ??= import('@azure/arm-resourcegraph').then(({ ResourceGraphClient }) =>
      withoutTokenOverHttp(
        new ResourceGraphClient(this.#options.credential, clientOptions(this.#options.endpoint)),
        this.#options.endpoint,
      ),
    );
    const client = await this.#graph;
    const response = await callAzure(() =>
      client.resources({
        subscriptions: [options.subscriptionId],
        query: options.query,
        options: {
          resultFormat: 'objectArray',
          top: 1000,
          ...(options.skipToken !== undefined && { skipToken: options.skipToken }),
        },
      }),
    );
    return { rows: response.data as AzureDocument[], skipToken: response.skipToken };
  }

  async listResourceGroups(subscriptionId: string): Promise<string[]> {
    const client = await this.#resources(subscriptionId);
    return callAzure(async () => {
      const names: string[] = [];
      for await (const group of client.resourceGroups.list()) names.push(group.name ?? '');
      return names;
    });
  }

  async resourceGroupExists(subscriptionId: string, name: string): Promise<boolean> {
    const client = await this.#resources(subscriptionId);
    try {
      await callAzure(() => client.resourceGroups.get(name));
      return true;
    } catch (error) {
      if (error instanceof AzureError && error.kind === 'notFound') return false;
      throw error;
    }
  }

  /** Ids only: the generic list carries no `properties`. */
  async listByResourceGroup(subscriptionId: string, name: string): Promise<ListedResource[]> {
    const client = await this.#resources(subscriptionId);
    return callAzure(async () => {
      const found: ListedResource[] = [];
      for await (const item of client.resources.listByResourceGroup(name, {
        expand: 'createdTime,changedTime',
      })) {
        if (item.id) found.push({ id: item.id, changedTime: item.changedTime });
      }
      return found;
    });
  }

  /**
   * The whole document, as Resource Manager sent it: the client's own model drops fields such as `zones`.
   * Undefined where the resource does not exist.
   */
  async getResource(id: string, apiVersion: string): Promise<AzureDocument | undefined> {
    const client = await this.#resources(id.split('/')[2] ?? '');
    let body: unknown;
    try {
      await callAzure(() =>
        client.resources.getById(encodeId(id), apiVersion, {
          onResponse: (response) => {
            body = response.parsedBody ?? (response.bodyAsText ? JSON.parse(response.bodyAsText) : undefined);
          },
        }),
      );
    } catch (error) {
      if (error instanceof AzureError && error.kind === 'notFound') return undefined;
      throw error;
    }
    return body as AzureDocument;
  }

  /** API versions of each resource type of a provider, newest first; type names in lower case. */
  async apiVersions(subscriptionId: string, namespace: string): Promise<Map<string, string[]>> {
    const client = await this.#resources(subscriptionId);
    const provider = await callAzure(() => client.providers.get(namespace));
    return new Map(
      (provider.resourceTypes ?? []).map((type) => [
        `${namespace}/${type.resourceType ?? ''}`.toLowerCase(),
        type.apiVersions ?? [],
      ]),
    );
  }

  async #resources(subscriptionId: string): Promise<ResourceManagementClient> {
    const known = this.#bySubscription.get(subscriptionId);
    if (known) return known;
    const client = import('@azure/arm-resources').then(({ ResourceManagementClient }) =>
      withoutTokenOverHttp(
        new ResourceManagementClient(
          this.#options.credential,
          subscriptionId,
          clientOptions(this.#options.endpoint),
        ),
        this.#options.endpoint,
      ),
    );
    this.#bySubscription.set(subscriptionId, client);
    return client;
  }
}

/** Names may hold `#`, `?` and `%`: each segment is encoded, the slashes stay; no leading slash, the client adds it. */
function encodeId(id: string): string {
  return id
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
}
