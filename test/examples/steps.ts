import { ServiceBusClient } from '@azure/service-bus';
import { EvaluationMessage, evaluationsQueue } from '#features/compliance/index.ts';
import { DeploymentMessage } from '#features/deployments/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import type { World } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';
import type { Json } from '../support/openApiFuzz.ts';
import { until } from '../support/product.ts';
import { remediation } from './remediation.ts';

type Options = {
  /** In the place of `{id}` or `{name}`. */
  readonly id?: unknown;
  readonly query?: string;
  readonly body?: unknown;
  /** Another caller than the owner. */
  readonly key?: string;
};
/** Asks a route, as in `GET /api/v1/templates/{id}`, and keeps what it answers. @throws where it refuses */
export type Ask = (route: string, options?: Options) => Promise<Json>;
/** Brings about what the routes of a feature tell of, and asks every one of them. */
export type Step = (world: World, ask: Ask) => Promise<void>;

export function asker(world: World, answers: Map<string, Json>): Ask {
  return async (route, { id, query = '', body, key } = {}) => {
    const target = route.replace(/\{\w+\}/, encodeURIComponent(String(id)));
    const { status, json, text } = key
      ? await callApi(world.services, `${target}${query}`, { key, body })
      : await world.call(`${target}${query}`, body);
    if (status >= 300) throw new Error(`${route}: ${text}`);
    answers.set(route, json);
    return json;
  };
}

async function security(world: World, ask: Ask): Promise<void> {
  await ask('POST /api/v1/connectors/{name}/sync', { id: 'defender' });
  await world.read('defender');
  await world.read('policy_insights');
  await ask('GET /api/v1/connectors');
  await ask('GET /api/v1/security/recommendations');
  const assessments = (await ask('GET /api/v1/security/assessments')).data as Json[];
  await tell(world, 'alerts', {
    resourceId: assessments[0]?.resource_id,
    alertType: 'Storage.Blob_OpenContainersScanning.SuccessfulDiscovery',
  });
  await world.read('defender');
  await world.process();
  const alerts = (await ask('GET /api/v1/security/alerts')).data as Json[];
  await ask('PATCH /api/v1/security/alerts/{id}', { id: alerts[0]?.id, body: { status: 'Dismissed' } });
  await ask('GET /api/v1/security/secure-score');
  await ask('GET /api/v1/security/regulatory-compliance');
  await ask('GET /api/v1/compliance/agreement');
  await ask('GET /api/v1/security/assessments/{id}', { id: assessments[0]?.short_id });
}

async function monitor(world: World, ask: Ask): Promise<void> {
  world.simulator.change(60);
  await world.read('resource_health');
  await world.read('activity_log');
  await ask('GET /api/v1/activity');
  const health = (await ask('GET /api/v1/resource-health', { query: '?state=Available' })).data as Json[];
  await tell(world, 'health', { resourceId: health[0]?.resource_id, availabilityState: 'Unavailable' });
  await world.read('resource_health');
  await ask('GET /api/v1/resource-health');
  await ask('GET /api/v1/resource-health/transitions');
  await ask('GET /api/v1/service-health');
  await world.read('resource_metrics');
  const machines = await world.call('GET /api/v1/resources?resourceType=virtual_machine&limit=1');
  await ask('GET /api/v1/resources/{id}/metrics', {
    id: (machines.json.data as Json[])[0]?.id,
    query: '?metric=Percentage%20CPU',
  });
}

async function costs(world: World, ask: Ask): Promise<void> {
  const { services, bus, tenantId } = world;
  const { id: jobId } = await services.policySync.start(tenantId);
  await services.policySync.run({ tenantId, jobId });
  await drain(bus, eventsQueue, (body) =>
    services.compliance.forward(body as Parameters<typeof services.compliance.forward>[0]),
  );
  await drain(bus, evaluationsQueue, (body) => services.compliance.work(EvaluationMessage.parse(body)));
  await world.read('cost');
  await ask('GET /api/v1/costs', { query: '?groupBy=resourceGroup' });
  const idle = (await ask('GET /api/v1/costs/idle')).data as Json[];
  await ask('GET /api/v1/resources/{id}/costs', { id: idle[0]?.resource_id });
  await ask('GET /api/v1/costs/non-compliance');
  await ask('GET /api/v1/costs/budgets');
  const anomalies = (await ask('GET /api/v1/costs/anomalies')).data as Json[];
  await ask('PATCH /api/v1/costs/anomalies/{id}', {
    id: anomalies[0]?.id,
    body: { status: 'acknowledged', comment: 'we look into it' },
  });
}

async function metrics(world: World, ask: Ask): Promise<void> {
  await world.services.metrics.roll(world.tenantId);
  await ask('GET /api/v1/metrics/unified', { query: '?aggregation=tag:environment&timeRange=24h&limit=1' });
}

const library = {
  name: 'Storage account',
  description: 'Blob storage that asks for HTTPS.',
  version: '1.2.0',
  author: 'platform team',
  template: {
    parameters: {
      name: { type: 'string', metadata: { description: 'Name of the account.' } },
      sku: { type: 'string', defaultValue: 'Standard_LRS', allowedValues: ['Standard_LRS', 'Standard_ZRS'] },
    },
    resources: [
      {
        type: 'Microsoft.Storage/storageAccounts',
        apiVersion: '2023-01-01',
        name: "[parameters('name')]",
        location: 'westeurope',
        sku: { name: "[parameters('sku')]" },
        kind: 'StorageV2',
        properties: { supportsHttpsTrafficOnly: true },
      },
    ],
    outputs: { sku: { type: 'string', value: "[parameters('sku')]" } },
  },
};

async function deployments(world: World, ask: Ask): Promise<void> {
  const { services, tenantId, simulator } = world;
  const client = new ServiceBusClient(world.bus);
  client.createReceiver('deployments').subscribe(
    {
      processMessage: ({ body }) => services.deployments.run(DeploymentMessage.parse(body)),
      processError: async () => undefined,
    },
    { autoCompleteMessages: true },
  );
  const other = await services.identity.createKey({ tenantId, role: 'security-admin', name: 'approver' });
  const rules = [
    { name: 'storage', resource_types: ['Microsoft.Storage/storageAccounts'], role: 'operator' },
  ];
  const one = '/api/v1/deployments/{id}';
  const reach = (id: unknown, wanted: string) =>
    until(
      () => ask(`GET ${one}`, { id }),
      ({ status }) => status === wanted,
    );
  const { id: template } = await ask('POST /api/v1/templates', { body: library });
  await ask('GET /api/v1/templates/{id}', { id: template });
  await ask('PUT /api/v1/templates/{id}', { id: template, body: library });
  await ask('GET /api/v1/templates');
  await ask('PUT /api/v1/deployment-rules', { body: { rules } });
  await ask('GET /api/v1/deployment-rules');
  const create = async (name: string) => {
    const body = {
      subscription_id: simulator.subscriptionIds[0],
      resource_group_name: 'rg-app',
      template_id: template,
      parameters: { name },
      dry_run: name === 'stplanned',
    };
    return (await ask('POST /api/v1/deployments', { body })).id;
  };
  await putGroup(world, 'rg-app');

  const rejected = await create('strejected');
  await reach(rejected, 'awaiting_approval');
  await ask(`POST ${one}/reject`, { id: rejected, body: {}, key: other });
  const cancelled = await create('stcancelled');
  await reach(cancelled, 'awaiting_approval');
  await ask(`DELETE ${one}`, { id: cancelled });
  const approved = await create('stapp01');
  await reach(approved, 'awaiting_approval');
  await ask(`POST ${one}/approve`, { id: approved, body: {}, key: other });
  await reach(approved, 'succeeded');
  await ask('PUT /api/v1/deployment-rules', { body: { rules: [] } });
  const planned = await create('stplanned');
  await reach(planned, 'planned');
  await ask('GET /api/v1/deployments', { query: '?limit=1' });
  await ask(`POST ${one}/start`, { id: planned, body: {} });
  await ask(`GET ${one}`, { id: approved });
  await ask('PUT /api/v1/deployment-rules', { body: { rules } });
  await ask('DELETE /api/v1/templates/{id}', { id: template });
  await client.close();
}

async function putGroup({ simulator }: World, name: string): Promise<void> {
  const group = `/subscriptions/${simulator.subscriptionIds[0]}/resourceGroups/${name}`;
  await send(`${simulator.url}${group}?api-version=2021-04-01`, 'PUT', { location: 'westeurope' });
}

/** Lets the simulator bring something about. */
async function tell({ simulator }: World, what: string, body: object): Promise<void> {
  await send(`${simulator.url}/simulator/${what}`, 'POST', body);
}

async function send(url: string, method: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
}

/** Pages whose answers say the same at each run, but for ids and times. */
export const exactPages: ReadonlySet<string> = new Set(['deployments.md', 'metrics.md']);

/** A feature's routes, and how they come to an answer. */
export const steps: readonly Step[] = [metrics, security, monitor, deployments, costs, remediation];
