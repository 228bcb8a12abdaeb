import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { EvaluationMessage } from '#features/compliance/index.ts';
import { DeploymentMessage } from '#features/deployments/index.ts';
import type { CloudEvent } from '#features/events/index.ts';
import { RemediationMessage } from '#features/remediation/index.ts';
import type { Role } from '#http/role.ts';
import { createServices } from '../../src/services.ts';
import { startWorld } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { until } from '../support/product.ts';

export type Json = Readonly<Record<string, unknown>>;
export type RemediationWorld = Awaited<ReturnType<typeof startRemediationWorld>>;

export const CONTRIBUTOR =
  '/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c';

const VERSIONS = [
  ['storageAccounts', '2023-01-01'],
  ['Microsoft.Network', '2023-11-01'],
] as const;
export const STORAGE = 'Microsoft.Storage/storageAccounts';

/** A condition that one storage account meets. */
export function named(name: string) {
  return {
    allOf: [
      { field: 'type', equals: STORAGE },
      { field: 'name', equals: name },
    ],
  };
}

export function modify(...operations: Json[]): Json {
  return { effect: 'modify', details: { roleDefinitionIds: [CONTRIBUTOR], operations } };
}

/** A policy that gives one storage account the tag costCenter. */
export function tagPolicy(condition: Json) {
  return {
    condition: { allOf: [condition, { field: 'tags.costCenter', exists: false }] },
    consequence: modify({ operation: 'add', field: 'tags.costCenter', value: '4711' }),
  };
}

/** The product over a simulator, with the queues of remediation worked as the host would. */
export async function startRemediationWorld(environment: Readonly<Record<string, string>> = {}) {
  const world = await startWorld({
    azure: { operationMilliseconds: 50, retryScale: 1 },
    environment: { STARTER_PACK_ASSIGNED: 'false', ...environment },
  });
  const { services, simulator, tenantId } = world;
  const client = new ServiceBusClient(world.bus);
  const events: CloudEvent[] = [];
  const keys = new Map<string, string>();

  function work(queue: string, run: (body: unknown) => Promise<void>): void {
    client
      .createReceiver(queue)
      .subscribe(
        { processMessage: ({ body }) => run(body), processError: async () => undefined },
        { autoCompleteMessages: true, maxConcurrentCalls: 8 },
      );
  }

  async function keyOf(role: Role, name: string): Promise<string> {
    const known = keys.get(name);
    if (known) return known;
    const key = await services.identity.createKey({ tenantId, role, name });
    keys.set(name, key);
    return key;
  }

  async function call(target: string, body?: unknown, as: [Role, string] = ['owner', 'olga']) {
    return callApi(services, target, { key: await keyOf(...as), body });
  }

  return {
    ...world,
    events,
    subscription: simulator.subscriptionIds[0] ?? '',
    call,
    startWorkers() {
      work('deployments', (body) => services.deployments.run(DeploymentMessage.parse(body)));
      work('remediations', (body) => services.remediations.run(RemediationMessage.parse(body)));
      work('evaluations', (body) => services.compliance.work(EvaluationMessage.parse(body)));
      work('events', async (body) => {
        events.push(...(body as CloudEvent[]));
        await services.compliance.forward(body as never);
      });
    },
    /** A remediation once it has come to one of some statuses. */
    async settled(id: unknown, ...statuses: string[]): Promise<Json> {
      const look = async () => (await call(`GET /api/v1/remediations/${String(id)}`)).json;
      const last = await until(look, ({ status }) => statuses.includes(String(status)));
      if (!statuses.includes(String(last?.status)))
        throw new Error(`it is ${String(last?.status)}: ${String(last?.error)}`);
      return last as Json;
    },
    /** The data of the first `count` events of a remediation, once they have come. */
    async told(id: string, count: number): Promise<Json[]> {
      const look = async () => events.filter(({ subject }) => subject === id);
      const found = await until(look, ({ length }) => length >= count);
      return found.map(({ type, data }) => ({ type, ...(data as Json) }));
    },
    /** The simulator, as Azure's clients see it. */
    async azure(method: string, id: string, body?: unknown): Promise<{ status: number; body: Json }> {
      const [, version = '2021-04-01'] = VERSIONS.find(([type]) => id.includes(type)) ?? [];
      const response = await fetch(`${simulator.url}${id}?api-version=${version}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json().catch(() => ({}))) as Json };
    },
    /** A policy of the tenant's own, assigned at a scope; returns the id of the assignment. */
    async assign(scope: string, policy: { condition: unknown; consequence: Json; parameters?: Json }) {
      const name = `p-${randomUUID().slice(0, 8)}`;
      const parts = ['if', 'then'].map((part, i) => [part, [policy.condition, policy.consequence][i]]);
      const { parameters = {} } = policy;
      const created = await call('POST /api/v1/policies', {
        name,
        properties: { displayName: name, mode: 'All', parameters, policyRule: Object.fromEntries(parts) },
      });
      if (created.status !== 201) throw new Error(created.text);
      const assigned = await call('POST /api/v1/assignments', {
        name,
        scope,
        policyDefinitionId: created.json.id,
        displayName: name,
      });
      if (assigned.status !== 201) throw new Error(assigned.text);
      return { assignmentId: String(assigned.json.id), policyId: String(created.json.id), name };
    },
    /** A group in Azure and in the inventory; its id. */
    async group(name: string): Promise<string> {
      const id = `/subscriptions/${simulator.subscriptionIds[0]}/resourceGroups/${name}`;
      await this.azure('PUT', id, { location: 'westeurope' });
      await services.discovery.refresh({ tenantId, resourceId: id });
      return id;
    },
    /** A storage account in Azure and in the inventory; its id. */
    async account(group: string, name: string, rest: Json = {}): Promise<string> {
      const id = `${group}/providers/${STORAGE}/${name}`;
      await this.azure('PUT', id, {
        location: 'westeurope',
        sku: { name: 'Standard_LRS' },
        kind: 'StorageV2',
        tags: { env: 'dev', owner: 'me' },
        properties: { minimumTlsVersion: 'TLS1_0', supportsHttpsTrafficOnly: true },
        ...rest,
      });
      await services.discovery.refresh({ tenantId, resourceId: id });
      return id;
    },
    /** Asks for a remediation; its id. */
    async remediate(resource: string, assignment: string, rest: Json = {}): Promise<string> {
      const body = { resource_id: resource, assignment_id: assignment, ...rest };
      const { status, json, text } = await call('POST /api/v1/remediations', body);
      if (status !== 202) throw new Error(text);
      return String(json.id);
    },
    async faults(faults: Json): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      await fetch(`${simulator.url}/simulator/faults`, {
        method: 'PUT',
        headers,
        body: JSON.stringify(faults),
      });
    },
    /** A resource as the product's own reader has it. */
    async read(id: string, apiVersion = '2023-01-01') {
      const { status, body } = await this.azure('GET', id);
      return status === 404 ? undefined : { document: body, apiVersion };
    },
    /** How many different events of a remediation have been sent; no worker takes them away. */
    async toldOf(id: string): Promise<number> {
      const messages = await client
        .createReceiver('events')
        .peekMessages(1000, { fromSequenceNumber: Long.ZERO });
      const sent = messages.flatMap(({ body }) => body as CloudEvent[]);
      return new Set(sent.filter(({ subject }) => subject === id).map((event) => event.id)).size;
    },
    /** The same product, started without an identity that may write. */
    withoutWriter() {
      const other = createServices({ ...services.settings, AZURE_WRITER_CLIENT_ID: undefined });
      return {
        call: async (target: string, body?: unknown) =>
          callApi(other, target, { key: await keyOf('owner', 'olga'), body }),
      };
    },
    async stop() {
      await client.close();
      await world.stop();
    },
  };
}
