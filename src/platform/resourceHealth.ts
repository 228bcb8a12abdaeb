import type { MicrosoftResourceHealth } from '@azure/arm-resourcehealth';
import {
  type AzureDocument,
  type AzureOptions,
  clientOptions,
  rawPages,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** The SDK stops at 2022-10-01; the paths are the same. */
const VERSION = '2025-05-01';
/** A page that is throttled or fails is asked for again this often, after Retry-After. */
const MAX_RETRIES = 6;

/** Azure Resource Health and Service Health. Every page throws AzureError. */
export class ResourceHealth {
  readonly #options: AzureOptions;
  readonly #bySubscription = new Map<string, Promise<MicrosoftResourceHealth>>();

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** The current availability of every resource whose provider tells it. */
  async *availabilityStatuses(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.availabilityStatuses.listBySubscriptionId(options));
  }

  /** Events of Service Health that touch the subscription and were updated since a day. */
  async *events(subscriptionId: string, since: Date): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    const queryStartTime = `${since.getUTCMonth() + 1}/${since.getUTCDate()}/${since.getUTCFullYear()}`;
    yield* rawPages((options) =>
      client.eventsOperations.listBySubscriptionId({ ...options, queryStartTime }),
    );
  }

  #client(subscriptionId: string): Promise<MicrosoftResourceHealth> {
    const known = this.#bySubscription.get(subscriptionId);
    if (known) return known;
    const { credential, endpoint } = this.#options;
    const client = import('@azure/arm-resourcehealth').then(({ MicrosoftResourceHealth }) => {
      const options = { ...clientOptions(endpoint, MAX_RETRIES), apiVersion: VERSION };
      return withoutTokenOverHttp(new MicrosoftResourceHealth(credential, subscriptionId, options), endpoint);
    });
    this.#bySubscription.set(subscriptionId, client);
    return client;
  }
}
