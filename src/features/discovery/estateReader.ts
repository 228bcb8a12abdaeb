import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { type AzureDocument, AzureError, type ResourceManager } from '#platform/resourceManager.ts';
import type { ApiVersions } from './apiVersions.ts';
import { retrying } from './retrying.ts';

/** A page of documents, or a scope that could not be read. */
export type EstatePart =
  | {
      readonly kind: 'page';
      readonly documents: readonly AzureDocument[];
      readonly via: 'graph' | 'resourceManager';
    }
  | { readonly kind: 'unreadable'; readonly resourceGroup: string; readonly reason: string };

const COLUMNS =
  'id, name, type, location, tags, kind, sku, identity, plan, zones, managedBy, extendedLocation, properties, apiVersion';
const GROUP_TYPE = 'microsoft.resources/subscriptions/resourcegroups';

/** Ordered by id, since Resource Graph's paging repeats and skips rows of a query without an order. */
const QUERIES = [
  `resources | project ${COLUMNS} | order by id asc`,
  `resourcecontainers | where type =~ '${GROUP_TYPE}' | project id, name, type, location, tags, managedBy, properties | order by id asc`,
];

const MAX_RESTARTS = 3;
const GROUP_CONCURRENCY = 8;
const READ_CONCURRENCY = 16;

/**
 * Everything in a subscription: from Resource Graph, 1,000 whole documents a call; where that is refused,
 * resource group by resource group from Resource Manager, whose list carries no `properties`,
 * so that each resource is then read on its own.
 */
export class EstateReader {
  readonly #azure: ResourceManager;
  readonly #apiVersions: ApiVersions;

  constructor(ports: { azure: ResourceManager; apiVersions: ApiVersions }) {
    this.#azure = ports.azure;
    this.#apiVersions = ports.apiVersions;
  }

  /** @throws AzureError where neither way can be read to its end */
  async *read(subscriptionId: string): AsyncGenerator<EstatePart> {
    try {
      for (const query of QUERIES) yield* this.#fromGraph(subscriptionId, query);
    } catch (error) {
      if (!(error instanceof AzureError) || error.kind !== 'refused') throw error;
      log.warning('Resource Graph refused; reading resource groups instead', {
        subscriptionId,
        reason: error.message,
      });
      yield* this.#fromResourceGroups(subscriptionId);
    }
  }

  /**
   * The next page is fetched while the one before is worked on. Where a skip token has expired, the query starts
   * over, and rows come again.
   */
  async *#fromGraph(subscriptionId: string, query: string): AsyncGenerator<EstatePart> {
    const fetch = (skipToken: string | undefined) =>
      retrying(() => this.#azure.queryGraph({ subscriptionId, query, skipToken }));
    let restarts = 0;
    let isFirst = true;
    let pending = fetch(undefined);
    for (;;) {
      const page = await pending.catch((error) => {
        const isExpired = error instanceof AzureError && error.kind === 'badRequest' && !isFirst;
        if (!isExpired || restarts >= MAX_RESTARTS) throw error;
        restarts += 1;
        log.warning('skip token expired; the query starts over', { subscriptionId, restarts });
        return fetch(undefined);
      });
      isFirst = false;
      if (page.skipToken !== undefined) {
        pending = fetch(page.skipToken);
        pending.catch(() => undefined);
      }
      yield { kind: 'page', documents: page.rows, via: 'graph' };
      if (page.skipToken === undefined) return;
    }
  }

  async *#fromResourceGroups(subscriptionId: string): AsyncGenerator<EstatePart> {
    const groups = await retrying(() => this.#azure.listResourceGroups(subscriptionId));
    for (let start = 0; start < groups.length; start += GROUP_CONCURRENCY) {
      const batch = groups.slice(start, start + GROUP_CONCURRENCY);
      const parts = batch.map((group) => this.#readGroup(subscriptionId, group));
      for (const part of parts) yield await part;
    }
  }

  async #readGroup(subscriptionId: string, group: string): Promise<EstatePart> {
    try {
      const listed = await retrying(() => this.#azure.listByResourceGroup(subscriptionId, group));
      const ids = [`/subscriptions/${subscriptionId}/resourceGroups/${group}`, ...listed.map(({ id }) => id)];
      const documents: AzureDocument[] = [];
      for (let start = 0; start < ids.length; start += READ_CONCURRENCY) {
        const batch = ids
          .slice(start, start + READ_CONCURRENCY)
          .map((id) => retrying(() => this.#apiVersions.read(id)));
        for (const document of await Promise.all(batch)) if (document) documents.push(document.document);
      }
      return { kind: 'page', documents, via: 'resourceManager' };
    } catch (error) {
      log.warning('resource group could not be read', { subscriptionId, group, reason: messageOf(error) });
      return { kind: 'unreadable', resourceGroup: group, reason: messageOf(error) };
    }
  }
}
