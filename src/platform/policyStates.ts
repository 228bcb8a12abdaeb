import type { PolicyInsightsClient } from '@azure/arm-policyinsights';
import {
  type AzureDocument,
  type AzureOptions,
  clientOptions,
  rawPages,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** A page that is throttled or fails is asked for again this often, after Retry-After. */
const MAX_RETRIES = 6;

/** Azure Policy's own verdicts (Policy Insights). Every page throws AzureError. */
export class PolicyStates {
  readonly #options: AzureOptions;
  #client: Promise<PolicyInsightsClient> | undefined;

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** The latest verdict on every resource of a subscription by every assigned policy. */
  async *latest(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const { credential, endpoint } = this.#options;
    this.#client ??= import('@azure/arm-policyinsights').then(({ PolicyInsightsClient }) =>
      withoutTokenOverHttp(
        new PolicyInsightsClient(credential, subscriptionId, clientOptions(endpoint, MAX_RETRIES)),
        endpoint,
      ),
    );
    const client = await this.#client;
    yield* rawPages((options) =>
      client.policyStates.listQueryResultsForSubscription('latest', subscriptionId, options),
    );
  }
}
