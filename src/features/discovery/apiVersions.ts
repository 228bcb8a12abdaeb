import { parseResourceId } from '#features/inventory/index.ts';
import { type AzureDocument, AzureError, type ResourceManager } from '#platform/resourceManager.ts';

export type ReadDocument = { readonly document: AzureDocument; readonly apiVersion: string };

/** Resource groups and subscriptions are of Resource Manager itself; their version is its own. */
const RESOURCE_MANAGER_VERSION = '2022-09-01';

/**
 * Reads single resources, with the API version that each type needs. The version that Resource Graph used for a
 * type is preferred: with another one the same resource looks different, and that is no change.
 */
export class ApiVersions {
  readonly #azure: ResourceManager;
  readonly #providers = new Map<string, Promise<Map<string, string[]>>>();
  readonly #ofType = new Map<string, string>();

  constructor(azure: ResourceManager) {
    this.#azure = azure;
  }

  /** Remembers the version that a type was last read with. */
  learn(type: string, apiVersion: unknown): void {
    if (typeof apiVersion === 'string' && apiVersion !== '') this.#ofType.set(type.toLowerCase(), apiVersion);
  }

  /**
   * A resource as it is now; undefined where it does not exist.
   * @throws AzureError, `badRequest` for a type that no provider knows
   */
  async read(id: string, preferred?: string): Promise<ReadDocument | undefined> {
    const { type, subscriptionId } = parseResourceId(id);
    if (!type || !subscriptionId) return undefined;
    const known =
      preferred ?? this.#ofType.get(type.toLowerCase()) ?? (await this.#newest(subscriptionId, type));
    try {
      return await this.#readWith(id, known);
    } catch (error) {
      if (!(error instanceof AzureError) || error.kind !== 'badRequest') throw error;
      const newest = await this.#newest(subscriptionId, type);
      if (newest === known) throw error;
      return this.#readWith(id, newest);
    }
  }

  async #readWith(id: string, apiVersion: string): Promise<ReadDocument | undefined> {
    const document = await this.#azure.getResource(id, apiVersion);
    return document && { document, apiVersion };
  }

  /** Newest stable version of a type; a preview where there is nothing else. */
  async #newest(subscriptionId: string, type: string): Promise<string> {
    const namespace = type.split('/')[0] ?? '';
    if (namespace.toLowerCase() === 'microsoft.resources') return RESOURCE_MANAGER_VERSION;
    const versions = (await this.#provider(subscriptionId, namespace)).get(type.toLowerCase()) ?? [];
    const newestFirst = [...versions].sort().reverse();
    const chosen = newestFirst.find((version) => !version.includes('preview')) ?? newestFirst[0];
    if (!chosen)
      throw new AzureError('badRequest', `no provider offers the resource type ${type}`, {
        cause: undefined,
      });
    return chosen;
  }

  #provider(subscriptionId: string, namespace: string): Promise<Map<string, string[]>> {
    const name = namespace.toLowerCase();
    const known = this.#providers.get(name);
    if (known) return known;
    const loading = this.#azure.apiVersions(subscriptionId, namespace);
    loading.catch(() => this.#providers.delete(name));
    this.#providers.set(name, loading);
    return loading;
  }
}
