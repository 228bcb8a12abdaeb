import type { Json } from '../support/openApiFuzz.ts';
import type { Step } from './steps.ts';

const STORAGE = 'Microsoft.Storage/storageAccounts';

/** A violation of a policy that modifies, remedied, undone, and decided about. */
export const remediation: Step = async (world, ask) => {
  const { services, tenantId } = world;
  const accounts = await world.call('GET /api/v1/resources?resourceType=storage_account&limit=1');
  const [account] = accounts.json.data as Json[];
  const assignmentId = await assign(world, account ?? {});
  const one = '/api/v1/remediations/{id}';
  const sue = await services.identity.createKey({ tenantId, role: 'security-admin', name: 'sue' });
  const body = { resource_id: account?.resource_id ?? account?.id, assignment_id: assignmentId };

  async function worked(id: unknown): Promise<void> {
    await services.remediations.run({ tenant_id: tenantId, id: String(id) });
  }

  async function waiting(): Promise<unknown> {
    const { json } = await world.call('POST /api/v1/remediations', { ...body, dry_run: false });
    await worked(json.id);
    return json.id;
  }

  await world.call('PUT /api/v1/deployment-rules', { rules: [] });
  const { id } = await ask('POST /api/v1/remediations', { body });
  await worked(id);
  await ask(`POST ${one}/start`, { id, body: {} });
  await worked(id);
  await ask(`GET ${one}`, { id });
  await ask('GET /api/v1/remediations', { query: '?limit=1' });
  await ask(`POST ${one}/rollback`, { id, body: {} });
  await worked(id);
  await worked(id);
  const rules = [{ name: 'Accounts', resource_types: [STORAGE], role: 'security-admin' }];
  await world.call('PUT /api/v1/deployment-rules', { rules });
  await ask(`POST ${one}/reject`, { id: await waiting(), body: {}, key: sue });
  const last = await waiting();
  await ask(`POST ${one}/approve`, { id: last, body: {}, key: sue });
  await ask(`DELETE ${one}`, { id: last });
};

async function assign(world: Parameters<Step>[0], account: Json): Promise<unknown> {
  const condition = {
    allOf: [
      { field: 'type', equals: STORAGE },
      { field: 'tags.dataClass', exists: false },
    ],
  };
  const operations = [{ operation: 'add', field: 'tags.dataClass', value: 'internal' }];
  const consequence = { effect: 'modify', details: { roleDefinitionIds: [], operations } };
  const parts = ['if', 'then'].map((part, i) => [part, [condition, consequence][i]] as const);
  const policyRule = Object.fromEntries(parts);
  const properties = { displayName: 'Accounts say how secret their data is', mode: 'Indexed', policyRule };
  const policy = await world.call('POST /api/v1/policies', { name: 'data-class', properties });
  const assignment = await world.call('POST /api/v1/assignments', {
    name: 'data-class',
    scope: `/subscriptions/${String(account.subscription_id)}`,
    policyDefinitionId: policy.json.id,
  });
  if (assignment.status !== 201) throw new Error(assignment.text);
  return assignment.json.id;
}
