import type { SecurityCenter } from '@azure/arm-security';
import {
  type AzureDocument,
  type AzureOptions,
  clientOptions,
  rawPages,
  sendRaw,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** The SDK stops at 2021-11-01, which has no state `InProgress`. */
const ALERTS_VERSION = '2022-01-01';
/** A page that is throttled or fails is asked for again this often, after Retry-After. */
const MAX_RETRIES = 6;

/** Actions on an alert (Microsoft.Security alerts 2022-01-01, `UpdateAlertSubscriptionLocation_*`). */
export type AlertAction = 'activate' | 'dismiss' | 'inProgress' | 'resolve';

/** Microsoft Defender for Cloud, read as it is. Every page and call throws AzureError. */
export class Defender {
  readonly #options: AzureOptions;
  readonly #bySubscription = new Map<string, Promise<SecurityCenter>>();

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  async *tasks(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.tasks.list(options));
  }

  async *assessments(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.assessments.list(`subscriptions/${subscriptionId}`, options));
  }

  async *assessmentMetadata(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.assessmentsMetadata.listBySubscription(options));
  }

  async *subAssessments(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.subAssessments.listAll(`subscriptions/${subscriptionId}`, options));
  }

  async *secureScores(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.secureScores.list(options));
  }

  /** With their definitions, which say what assessments belong to each. */
  async *secureScoreControls(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.secureScoreControls.list({ ...options, expand: 'definition' }));
  }

  async *standards(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.regulatoryComplianceStandards.list(options));
  }

  async *controls(subscriptionId: string, standard: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) => client.regulatoryComplianceControls.list(standard, options));
  }

  async *controlAssessments(
    subscriptionId: string,
    control: { readonly standard: string; readonly name: string },
  ): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    yield* rawPages((options) =>
      client.regulatoryComplianceAssessments.list(control.standard, control.name, options),
    );
  }

  async *alerts(subscriptionId: string): AsyncGenerator<AzureDocument[]> {
    const client = await this.#client(subscriptionId);
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Security/alerts`;
    let url: string | undefined = this.#url(path);
    while (url) {
      const { value, nextLink }: AzureDocument = await sendRaw(client, { method: 'GET', url });
      yield Array.isArray(value) ? value : [];
      url = typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined;
    }
  }

  /** Sets an alert's status in Azure. @param alertId its ARM id */
  async setAlert(alertId: string, action: AlertAction): Promise<void> {
    const client = await this.#client(alertId.split('/')[2] ?? '');
    const path = alertId.split('/').map(encodeURIComponent).join('/');
    await sendRaw(client, { method: 'POST', url: this.#url(`${path}/${action}`) });
  }

  #url(path: string): string {
    return `${this.#options.endpoint.replace(/\/$/, '')}${path}?api-version=${ALERTS_VERSION}`;
  }

  #client(subscriptionId: string): Promise<SecurityCenter> {
    const known = this.#bySubscription.get(subscriptionId);
    if (known) return known;
    const { credential, endpoint } = this.#options;
    const client = import('@azure/arm-security').then(({ SecurityCenter }) =>
      withoutTokenOverHttp(
        new SecurityCenter(credential, subscriptionId, clientOptions(endpoint, MAX_RETRIES)),
        endpoint,
      ),
    );
    this.#bySubscription.set(subscriptionId, client);
    return client;
  }
}
