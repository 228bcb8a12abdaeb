import type { MetricsClient, MetricsQueryResourcesOptions } from '@azure/monitor-query-metrics';
import type { OperationOptions } from '@azure-rest/core-client';
import {
  type AzureDocument,
  type AzureOptions,
  callAzure,
  clientOptions,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** A call that is throttled or fails is made again this often, after Retry-After. */
const MAX_RETRIES = 6;
/** Most resources that one call takes ("Batching restrictions" of metrics:getBatch). */
export const MAX_BATCH_RESOURCES = 50;

/** Where metrics are, by the cloud that Resource Manager belongs to. */
const CLOUDS: Readonly<Record<string, string>> = {
  'management.azure.com': 'metrics.monitor.azure.com',
  'management.usgovcloudapi.net': 'metrics.monitor.azure.us',
  'management.chinacloudapi.cn': 'metrics.monitor.azure.cn',
};
const PUBLIC = 'metrics.monitor.azure.com';

export type MetricsBatch = {
  /** Of one subscription, region and type; at most {@link MAX_BATCH_RESOURCES}. */
  readonly resourceIds: readonly string[];
  readonly region: string;
  readonly namespace: string;
  readonly metricNames: readonly string[];
  readonly aggregations: readonly string[];
  readonly from: Date;
  readonly to: Date;
};

/** Metrics of many resources by batch query, in hours. Every call throws AzureError. */
export class ResourceMetrics {
  readonly #options: AzureOptions;
  readonly #byRegion = new Map<string, Promise<MetricsClient>>();

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** The answer as Azure sent it: the client's own models ask for more than the specification does. */
  async query(batch: MetricsBatch): Promise<AzureDocument> {
    const client = await this.#client(batch.region);
    let text: string | null | undefined;
    const options: MetricsQueryResourcesOptions & OperationOptions = {
      startTime: batch.from,
      endTime: batch.to,
      interval: 'PT1H',
      aggregation: batch.aggregations.join(','),
      onResponse: ({ status, bodyAsText }) => {
        text = status === 200 ? bodyAsText : undefined;
      },
    };
    try {
      await callAzure(() =>
        client.queryResources([...batch.resourceIds], [...batch.metricNames], batch.namespace, options),
      );
    } catch (error) {
      if (text === undefined) throw error;
    }
    return JSON.parse(text || '{}') as AzureDocument;
  }

  #client(region: string): Promise<MetricsClient> {
    const known = this.#byRegion.get(region);
    if (known) return known;
    const { endpoint, scope } = placeOf(this.#options.endpoint, region);
    const client = import('@azure/monitor-query-metrics').then(({ MetricsClient }) => {
      const options = { ...clientOptions(endpoint, MAX_RETRIES), credentials: { scopes: [scope] } };
      return withoutTokenOverHttp(new MetricsClient(endpoint, this.#options.credential, options), endpoint);
    });
    this.#byRegion.set(region, client);
    return client;
  }
}

/** The regional endpoint and the scope of its token; a simulator serves all regions itself. */
export function placeOf(resourceManager: string, region: string): { endpoint: string; scope: string } {
  const { protocol, hostname, origin } = new URL(resourceManager);
  const host = CLOUDS[hostname] ?? PUBLIC;
  const endpoint = protocol === 'http:' ? `${origin}/metrics/${region}` : `https://${region}.${host}`;
  return { endpoint, scope: `https://${host}/.default` };
}
