import type { Deployment, DeploymentsClient } from '@azure/arm-resourcesdeployments';
import {
  type AzureDocument,
  type AzureOptions,
  callAzure,
  clientOptions,
  withoutTokenOverHttp,
} from './azureClient.ts';

/** Scopes that Resource Manager takes deployments at and this client offers. */
export type AzureDeploymentScope = { readonly subscriptionId: string; readonly resourceGroup?: string };

export type AzureDeploymentBody = {
  readonly template: AzureDocument;
  /** `{name: {value}}` or `{name: {reference}}`. */
  readonly parameters: Readonly<Record<string, AzureDocument>>;
  /** Where the deployment's own data lies; needed at subscriptions. */
  readonly location?: string;
};

export type AzureDeployment = {
  /** `Accepted`, `Running`, `Succeeded`, `Failed`, `Canceled` … */
  readonly provisioningState: string;
  readonly correlationId: string | undefined;
  readonly outputs: AzureDocument | undefined;
  /** Azure's own words, innermost first. */
  readonly error: string | undefined;
};

export type AzureOperation = {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly operation: string;
  readonly state: string;
  /** ISO 8601. */
  readonly at: string | undefined;
  readonly error: string | undefined;
};

export type WhatIfChange = {
  readonly resourceId: string;
  readonly changeType: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly delta: readonly AzureDocument[];
};

type ErrorBody = { code?: string; message?: string; details?: readonly ErrorBody[] };

/** Deployments of Resource Manager, always incremental. Every method throws AzureError. */
export class AzureDeployments {
  readonly #options: AzureOptions;
  readonly #clients = new Map<string, Promise<DeploymentsClient>>();

  constructor(options: AzureOptions) {
    this.#options = options;
  }

  /** Why Azure would refuse the deployment; undefined where it would not. */
  async validate(
    scope: AzureDeploymentScope,
    name: string,
    body: AzureDeploymentBody,
  ): Promise<string | undefined> {
    const client = await this.#client(scope.subscriptionId);
    let answer: { status: number; text: string } | undefined;
    // The poller hides a refusal behind words of its own.
    const onResponse = ({ status, bodyAsText }: { status: number; bodyAsText?: string | null }) => {
      answer = { status, text: bodyAsText ?? '' };
    };
    try {
      const { error } = await callAzure(async () =>
        client.deployments.validateAtScope(idOf(scope), name, toDeployment(body), { onResponse }),
      );
      return explain(error);
    } catch (error) {
      if (answer?.status !== 400) throw error;
      return explain((JSON.parse(answer.text) as { error?: ErrorBody }).error);
    }
  }

  /** What the deployment would change, by Azure's reckoning. */
  async whatIf(
    scope: AzureDeploymentScope,
    name: string,
    body: AzureDeploymentBody,
  ): Promise<WhatIfChange[]> {
    const client = await this.#client(scope.subscriptionId);
    const deployment = toDeployment(body);
    const { changes } = await callAzure(async () =>
      scope.resourceGroup === undefined
        ? client.deployments.whatIfAtSubscriptionScope(name, deployment)
        : client.deployments.whatIf(scope.resourceGroup, name, deployment),
    );
    return (changes ?? []).map((change) => ({
      resourceId: change.resourceId ?? '',
      changeType: change.changeType,
      before: change.before,
      after: change.after,
      delta: (change.delta ?? []) as unknown as AzureDocument[],
    }));
  }

  /** Starts it; resolves when Azure has accepted. The same name again, while it runs, is refused by Azure. */
  async start(scope: AzureDeploymentScope, name: string, body: AzureDeploymentBody): Promise<void> {
    const client = await this.#client(scope.subscriptionId);
    await callAzure(async () =>
      client.deployments.createOrUpdateAtScope(idOf(scope), name, toDeployment(body)).submitted(),
    );
  }

  async get(scope: AzureDeploymentScope, name: string): Promise<AzureDeployment> {
    const client = await this.#client(scope.subscriptionId);
    const { properties } = await callAzure(() => client.deployments.getAtScope(idOf(scope), name));
    return {
      provisioningState: properties?.provisioningState ?? 'Running',
      correlationId: properties?.correlationId,
      outputs: properties?.outputs as AzureDocument | undefined,
      error: explain(properties?.error),
    };
  }

  /** Azure refuses where it has ended already. */
  async cancel(scope: AzureDeploymentScope, name: string): Promise<void> {
    const client = await this.#client(scope.subscriptionId);
    await callAzure(() => client.deployments.cancelAtScope(idOf(scope), name));
  }

  async operations(scope: AzureDeploymentScope, name: string): Promise<AzureOperation[]> {
    const client = await this.#client(scope.subscriptionId);
    return callAzure(async () => {
      const found: AzureOperation[] = [];
      for await (const { properties } of client.deploymentOperations.listAtScope(idOf(scope), name)) {
        const target = properties?.targetResource;
        if (!target?.id) continue;
        found.push({
          resourceId: target.id,
          resourceType: target.resourceType ?? '',
          operation: properties?.provisioningOperation ?? '',
          state: properties?.provisioningState ?? '',
          at: properties?.timestamp?.toISOString(),
          error: explain(properties?.statusMessage?.error),
        });
      }
      return found;
    });
  }

  #client(subscriptionId: string): Promise<DeploymentsClient> {
    const known = this.#clients.get(subscriptionId);
    if (known) return known;
    const { credential, endpoint } = this.#options;
    const client = import('@azure/arm-resourcesdeployments').then(({ DeploymentsClient }) =>
      withoutTokenOverHttp(
        new DeploymentsClient(credential, subscriptionId, clientOptions(endpoint)),
        endpoint,
      ),
    );
    this.#clients.set(subscriptionId, client);
    return client;
  }
}

function idOf({ subscriptionId, resourceGroup }: AzureDeploymentScope): string {
  const group = resourceGroup === undefined ? '' : `/resourceGroups/${resourceGroup}`;
  return `subscriptions/${subscriptionId}${group}`;
}

function toDeployment({
  template,
  parameters,
  location,
}: AzureDeploymentBody): Deployment & { location: string } {
  return {
    properties: { mode: 'Incremental', template, parameters },
    ...(location !== undefined && { location }),
  } as Deployment & { location: string };
}

function explain(error: ErrorBody | undefined): string | undefined {
  if (!error) return undefined;
  const inner = (error.details ?? []).map(explain).filter((text) => text !== undefined);
  return inner.length > 0 ? inner.join('; ') : [error.code, error.message].filter(Boolean).join(': ');
}
