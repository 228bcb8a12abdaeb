import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { EvaluationMessage } from '#features/compliance/index.ts';
import { DeploymentMessage } from '#features/deployments/index.ts';
import type { CloudEvent } from '#features/events/index.ts';
import { RemediationMessage } from '#features/remediation/index.ts';
import type { Role } from '#http/role.ts';
import { startWorld } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { until } from '../support/product.ts';

export type Json = Readonly<Record<string, unknown>>;
export type RemediationWorld = Awaited<ReturnType<typeof startRemediationWorld>>;

export const CONTRIBUTOR =
  '/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c';

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
    /** The simulator, as Azure's clients see it. */
    async azure(method: string, id: string, body?: unknown): Promise<{ status: number; body: Json }> {
      const version = /storageAccounts/i.test(id) ? '2023-01-01' : '2021-04-01';
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
    async stop() {
      await client.close();
      await world.stop();
    },
  };
}
