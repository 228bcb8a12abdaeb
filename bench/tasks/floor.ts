import { createHash } from 'node:crypto';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { mapConcurrently } from '#platform/concurrently.ts';
import { SUBSCRIPTIONS_AT_A_TIME } from './concurrency.ts';

export type FloorInput = { readonly endpoint: string; readonly connectionString: string };
export type FloorOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly resources: number;
};

/** The two questions that the product asks, so that the same bytes travel. */
const QUERIES = [
  'resources | project id, name, type, location, tags, kind, sku, identity, plan, zones, managedBy, extendedLocation, properties, apiVersion | order by id asc',
  "resourcecontainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | project id, name, type, location, tags, managedBy, properties | order by id asc",
];
const ROWS_A_TRANSACTION = 100;

type GraphRow = { readonly id: string; readonly location?: string; readonly tags?: unknown };

/**
 * The least that any sync must do, by the bare clients: every page of every subscription, the next one fetched while
 * this one is written, rows in transactions of 100, one transaction at a time a subscription. No hash, no comparison,
 * no log, no events, no order between instances.
 */
export async function floor({ endpoint, connectionString }: FloorInput): Promise<FloorOutput> {
  const options = { endpoint, allowInsecureConnection: true };
  const credential = { getToken: async () => null };
  const graph = new ResourceGraphClient(credential, options);
  graph.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  const table = TableClient.fromConnectionString(connectionString, 'floor', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  const subscriptions = await listSubscriptions(endpoint);
  let resources = 0;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await mapConcurrently(subscriptions, SUBSCRIPTIONS_AT_A_TIME, async (subscriptionId) => {
    for await (const rows of pagesOf(graph, subscriptionId)) {
      for (let start = 0; start < rows.length; start += ROWS_A_TRANSACTION) {
        const batch = rows.slice(start, start + ROWS_A_TRANSACTION);
        await table.submitTransaction(batch.map((row) => toAction(subscriptionId, row)));
      }
      resources += rows.length;
    }
  });
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (used.user + used.system) / 1000, resources };
}

async function listSubscriptions(endpoint: string): Promise<string[]> {
  const client = new SubscriptionClient(
    { getToken: async () => null },
    { endpoint, allowInsecureConnection: true },
  );
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  const ids: string[] = [];
  for await (const { subscriptionId } of client.subscriptions.list())
    if (subscriptionId) ids.push(subscriptionId);
  return ids;
}

async function* pagesOf(graph: ResourceGraphClient, subscriptionId: string): AsyncGenerator<GraphRow[]> {
  const fetch = (query: string, skipToken: string | undefined) =>
    graph.resources({
      subscriptions: [subscriptionId],
      query,
      options: { resultFormat: 'objectArray', top: 1000, ...(skipToken && { skipToken }) },
    });
  for (const query of QUERIES) {
    let page = await fetch(query, undefined);
    for (;;) {
      const next = page.skipToken ? fetch(query, page.skipToken) : undefined;
      next?.catch(() => undefined);
      yield page.data as GraphRow[];
      if (!next) break;
      page = await next;
    }
  }
}

/** The columns of the product's own resource row. The key is a hash, since ids hold slashes. */
function toAction(subscriptionId: string, row: GraphRow): TransactionAction {
  const now = new Date().toISOString();
  const rowKey = createHash('sha256').update(row.id.toLowerCase()).digest('hex').slice(0, 24);
  return [
    'create',
    {
      partitionKey: `floor|${subscriptionId}`,
      rowKey: `r|${rowKey}`,
      id: row.id,
      location: row.location ?? '',
      tags: JSON.stringify(row.tags ?? {}),
      source: 'azure',
      hash: rowKey.slice(0, 16),
      seq: 1,
      createdAt: now,
      updatedAt: now,
      body: JSON.stringify(row).slice(0, 32_000),
    },
  ];
}
