import type { ResourceGraphClient } from '@azure/arm-resourcegraph';
import type { ResourceManagementClient } from '@azure/arm-resources';
import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { AzureCredential } from './credential.ts';
import { messageOf } from './failure.ts';
import { traced } from './telemetry.ts';

/** A resource document as Azure sent it: Resource Manager's or a Resource Graph row. */
export type AzureDocument = Readonly<Record<string, unknown>>;
export type GraphPage = { readonly rows: AzureDocument[]; readonly skipToken: string | undefined };
export type AzureSubscription = {
  subscriptionId: string;
  displayName: string;
  state: string;
  tenantId: string | undefined;
};
export type ListedResource = { readonly id: string; readonly changedTime: Date | undefined };

export type AzureErrorKind = 'notFound' | 'refused' | 'throttled' | 'badRequest' | 'unavailable';

/** Any failed call to Azure, classified for the decision at hand; the message is Azure's own. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  readonly kind: AzureErrorKind;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    kind: AzureErrorKind,
    message: string,
    options: { cause: unknown; retryAfterSeconds?: number | undefined },
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** What the product reads from Azure Resource Manager and Resource Graph. Every method throws AzureError. */
export class ResourceManager {
  readonly #options: ResourceManagerOptions;
  readonly #bySubscription = new Map<string, Promise<ResourceManagementClient>>();
  #graph: Promise<ResourceGraphClient> | undefined;
  #subscriptions: Promise<SubscriptionClient> | undefined;

  constructor(options: ResourceManagerOptions) {
    this.#options = options;
  }

  /** Every subscription that the identity can read. */
  async listSubscriptions(): Promise<AzureSubscription[]> {
    this.#subscriptions ??= import('@azure/arm-resources-subscriptions').then(({ SubscriptionClient }) =>
      withoutTokenOverHttp(
        new SubscriptionClient(this.#options.credential, this.#client()),
        this.#options.endpoint,
      ),
    );
    const client = await this.#subscriptions;
    return call(async () => {
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
        new ResourceGraphClient(this.#options.credential, this.#client()),
        this.#options.endpoint,
      ),
    );
    const client = await this.#graph;
    const response = await call(() =>
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
    return call(async () => {
      const names: string[] = [];
      for await (const group of client.resourceGroups.list()) names.push(group.name ?? '');
      return names;
    });
  }

  async resourceGroupExists(subscriptionId: string, name: string): Promise<boolean> {
    const client = await this.#resources(subscriptionId);
    try {
      await call(() => client.resourceGroups.get(name));
      return true;
    } catch (error) {
      if (error instanceof AzureError && error.kind === 'notFound') return false;
      throw error;
    }
  }

  /** Ids only: the generic list carries no `properties`. */
  async listByResourceGroup(subscriptionId: string, name: string): Promise<ListedResource[]> {
    const client = await this.#resources(subscriptionId);
    return call(async () => {
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
      await call(() =>
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
    const provider = await call(() => client.providers.get(namespace));
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
        new ResourceManagementClient(this.#options.credential, subscriptionId, this.#client()),
        this.#options.endpoint,
      ),
    );
    this.#bySubscription.set(subscriptionId, client);
    return client;
  }

  #client() {
    return {
      endpoint: this.#options.endpoint,
      allowInsecureConnection: isPlainHttp(this.#options.endpoint),
      credentials: { scopes: [`${new URL(this.#options.endpoint).origin}/.default`] },
      retryOptions: { maxRetries: 3, retryDelayInMs: 300, maxRetryDelayInMs: 10_000 },
      userAgentOptions: { userAgentPrefix: 'policycortex' },
    };
  }
}

export type ResourceManagerOptions = { readonly endpoint: string; readonly credential: AzureCredential };

/** Only a simulator on this machine speaks plain HTTP; the clients refuse to send it a token. */
function withoutTokenOverHttp<
  T extends { readonly pipeline: { removePolicy(p: { name: string }): unknown } },
>(client: T, endpoint: string): T {
  if (isPlainHttp(endpoint)) client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  return client;
}

function isPlainHttp(endpoint: string): boolean {
  return endpoint.startsWith('http://');
}

/** Names may hold `#`, `?` and `%`: each segment is encoded, the slashes stay; no leading slash, the client adds it. */
function encodeId(id: string): string {
  return id
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
}

async function call<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await traced('azure', { kind: 'client' }, request);
  } catch (error) {
    throw toAzureError(error);
  }
}

function toAzureError(error: unknown): AzureError {
  if (error instanceof AzureError) return error;
  const { statusCode, code, response } = error as {
    code?: string;
    statusCode?: number;
    response?: { headers?: { get(name: string): string | undefined } };
  };
  const retryAfter = Number(response?.headers?.get('retry-after'));
  const kind = KIND_OF_CODE[code ?? ''] ?? kindOf(Number(statusCode));
  return new AzureError(kind, explain(error), {
    cause: error,
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
  });
}

type ErrorBody = { code?: string; message?: string; details?: readonly ErrorBody[] };

/** Azure's own words; those of the innermost detail, where Resource Graph puts what it means. */
function explain(error: unknown): string {
  const { details, response } = error as {
    details?: { error?: ErrorBody };
    response?: { bodyAsText?: string | null };
  };
  const detail = innermost(details?.error ?? parseError(response?.bodyAsText));
  if (detail?.message) return [detail.code, detail.message].filter(Boolean).join(': ');
  const { code } = error as { code?: string };
  if (code === 'AuthorizationFailed')
    return `${code}: the identity has no authorization to read this; it needs the role Reader`;
  return [code, messageOf(error)].filter(Boolean).join(': ');
}

/** The clients' pagers hide the body's message behind one of their own. */
function parseError(text: string | null | undefined): ErrorBody | undefined {
  try {
    return text ? (JSON.parse(text) as { error?: ErrorBody }).error : undefined;
  } catch {
    return undefined;
  }
}

function innermost(body: ErrorBody | undefined): ErrorBody | undefined {
  const [first] = body?.details ?? [];
  return first ? innermost(first) : body;
}

/** 404s that do not say that the resource is gone. */
const KIND_OF_CODE: Readonly<Record<string, AzureErrorKind>> = {
  SubscriptionNotFound: 'refused',
  InvalidResourceType: 'badRequest',
  InvalidResourceNamespace: 'badRequest',
  ResourceProviderNotFound: 'badRequest',
  MissingRegistrationForType: 'badRequest',
};

function kindOf(status: number): AzureErrorKind {
  if (status === 404 || status === 410) return 'notFound';
  if (status === 401 || status === 403) return 'refused';
  if (status === 429) return 'throttled';
  if (status >= 400 && status < 500) return 'badRequest';
  return 'unavailable';
}
