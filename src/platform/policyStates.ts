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

  /** The latest verdicts on one resource, each with what its conditions came to. */
  async *ofResource(subscriptionId: string, resourceId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#open(subscriptionId);
    const queryOptions = { expand: 'PolicyEvaluationDetails' };
    yield* rawPages((options) =>
      client.policyStates.listQueryResultsForResource('latest', resourceId.slice(1), {
        ...options,
        queryOptions,
      }),
    );
  }

  /** The latest verdict on every resource of a subscription by every assigned policy. */
  async *latest(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#open(subscriptionId);
    yield* rawPages((options) =>
      client.policyStates.listQueryResultsForSubscription('latest', subscriptionId, options),
    );
  }

  #open(subscriptionId: string): Promise<PolicyInsightsClient> {
    const { credential, endpoint } = this.#options;
    this.#client ??= import('@azure/arm-policyinsights').then(({ PolicyInsightsClient }) =>
      withoutTokenOverHttp(
        new PolicyInsightsClient(credential, subscriptionId, clientOptions(endpoint, MAX_RETRIES)),
        endpoint,
      ),
    );
    return this.#client;
  }
}
