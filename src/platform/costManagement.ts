import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceClient } from '@azure/core-client';
import {
  type AzureDocument,
  AzureError,
  type AzureOptions,
  clientOptions,
  sendRaw,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** `@azure/arm-costmanagement` stops at 2022-10-01, so this is plain REST. */
const QUERY_VERSION = '2025-03-01';
const BUDGETS_VERSION = '2024-08-01';
/** Rows a page; 1,000 unless told. */
const PAGE_ROWS = 5000;
/** Quotas are of 10 seconds, a minute and an hour: the hour is not waited for. */
const MAX_WAIT_SECONDS = 65;
const MAX_WAITS = 4;

type Send = { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: unknown };

/** Azure Cost Management and Consumption, read as they are. Every page throws AzureError. */
export class CostManagement {
  readonly #options: AzureOptions;
  #client: Promise<ServiceClient> | undefined;

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /**
   * Pages of a query of costs. The next page is a POST of the same body (Query - Usage, "nextLink"). What is throttled
   * is asked for again when the quota says (query processing units of 10 seconds and of a minute).
   */
  async *query(subscriptionId: string, body: unknown): AsyncGenerator<AzureDocument> {
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.CostManagement/query`;
    let url: string | undefined = `${this.#url(path, QUERY_VERSION)}&$top=${PAGE_ROWS}`;
    while (url) {
      const page: AzureDocument = await this.#send({ method: 'POST', url, body });
      yield page;
      const { nextLink } = (page.properties ?? {}) as { nextLink?: unknown };
      url = typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined;
    }
  }

  /** Budgets of a subscription and of its resource groups. */
  async *budgets(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Consumption/budgets`;
    let url: string | undefined = this.#url(path, BUDGETS_VERSION);
    while (url) {
      const { value, nextLink }: AzureDocument = await this.#send({ method: 'GET', url });
      yield Array.isArray(value) ? value : [];
      url = typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined;
    }
  }

  async #send(request: Send): Promise<AzureDocument> {
    const client = await this.#connect();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendRaw(client, request);
      } catch (error) {
        if (!(error instanceof AzureError) || error.kind !== 'throttled' || attempt > MAX_WAITS) throw error;
        const seconds = error.retryAfterSeconds ?? 2 ** attempt;
        if (seconds > MAX_WAIT_SECONDS) throw error;
        await sleep(seconds * 1000);
      }
    }
  }

  #url(path: string, version: string): string {
    return `${this.#options.endpoint.replace(/\/$/, '')}${path}?api-version=${version}`;
  }

  #connect(): Promise<ServiceClient> {
    const { credential, endpoint } = this.#options;
    this.#client ??= import('@azure/core-client').then(({ ServiceClient }) =>
      withoutTokenOverHttp(new ServiceClient({ ...clientOptions(endpoint), credential }), endpoint),
    );
    return this.#client;
  }
}
