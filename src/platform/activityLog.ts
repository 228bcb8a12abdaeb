import type { MonitorClient } from '@azure/arm-monitor';
import {
  type AzureDocument,
  type AzureOptions,
  clientOptions,
  rawPages,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** A page that is throttled or fails is asked for again this often, after Retry-After. */
const MAX_RETRIES = 6;

/** The activity log of Azure Monitor. Every page throws AzureError. */
export class ActivityLog {
  readonly #options: AzureOptions;
  readonly #bySubscription = new Map<string, Promise<MonitorClient>>();

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /**
   * What happened in a subscription between two moments, both included, in no promised order. Azure keeps 90 days.
   * Whole entries: `$select` has no `caller` and no `category`.
   */
  async *entries(
    subscriptionId: string,
    { from, to }: { readonly from: Date; readonly to: Date },
  ): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    const filter = `eventTimestamp ge '${from.toISOString()}' and eventTimestamp le '${to.toISOString()}'`;
    yield* rawPages((options) => client.activityLogs.list(filter, options));
  }

  #client(subscriptionId: string): Promise<MonitorClient> {
    const known = this.#bySubscription.get(subscriptionId);
    if (known) return known;
    const { credential, endpoint } = this.#options;
    const client = import('@azure/arm-monitor').then(({ MonitorClient }) =>
      withoutTokenOverHttp(
        new MonitorClient(credential, subscriptionId, clientOptions(endpoint, MAX_RETRIES)),
        endpoint,
      ),
    );
    this.#bySubscription.set(subscriptionId, client);
    return client;
  }
}
