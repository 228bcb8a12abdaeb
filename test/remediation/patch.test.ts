import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRIBUTOR, type Json, type RemediationWorld, startRemediationWorld } from './world.ts';

let world: RemediationWorld;
let group: string;
const STORAGE = 'Microsoft.Storage/storageAccounts';

beforeAll(async () => {
  world = await startRemediationWorld();
  world.startWorkers();
  group = `/subscriptions/${world.subscription}/resourceGroups/rg-remedied`;
  await world.azure('PUT', group, { location: 'westeurope' });
  await world.services.discovery.refresh({ tenantId: world.tenantId, resourceId: group });
}, 60_000);
afterAll(() => world.stop());

/** A storage account in Azure and in the inventory. */
async function account(name: string, rest: Json = {}): Promise<string> {
  const id = `${group}/providers/${STORAGE}/${name}`;
  await world.azure('PUT', id, {
    location: 'westeurope',
    sku: { name: 'Standard_LRS' },
    kind: 'StorageV2',
    tags: { env: 'dev', owner: 'me' },
    properties: { minimumTlsVersion: 'TLS1_0', supportsHttpsTrafficOnly: true },
    ...rest,
  });
  await world.services.discovery.refresh({ tenantId: world.tenantId, resourceId: id });
  return id;
}

const named = (name: string) => ({
  allOf: [
    { field: 'type', equals: STORAGE },
    { field: 'name', equals: name },
  ],
});

function modify(...operations: Json[]): Json {
  return { effect: 'modify', details: { roleDefinitionIds: [CONTRIBUTOR], operations } };
}

/** Asks for a remediation; returns its id. */
async function remediate(resource: string, assignment: string, rest: Json = {}): Promise<string> {
  const { status, json, text } = await world.call('POST /api/v1/remediations', {
    resource_id: resource,
    assignment_id: assignment,
    ...rest,
  });
  if (status !== 202) throw new Error(text);
  return String(json.id);
}

const tagPolicy = (name: string) => ({
  condition: { allOf: [...named(name).allOf, { field: 'tags.costCenter', exists: false }] },
  consequence: modify({ operation: 'add', field: 'tags.costCenter', value: '4711' }),
});

describe('a violation of a policy that modifies tags', () => {
  it('is planned, carried out by the tags API alone, checked, told, and undone', async () => {
    const id = await account('sttags');
    const { assignmentId } = await world.assign(group, tagPolicy('sttags'));

    const remediation = await remediate(id, assignmentId);
    const planned = await world.settled(remediation, 'planned');
    const untouched = await world.azure('GET', id);
    await world.call(`POST /api/v1/remediations/${remediation}/start`, {});
    const done = await world.settled(remediation, 'succeeded', 'failed');
    const changed = await world.azure('GET', id);
    await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    const undone = await world.settled(remediation, 'rolled_back', 'rollback_failed');
    const back = await world.azure('GET', id);

    expect(planned).toMatchObject({
      dry_run: true,
      effect: 'modify',
      plan: {
        action_type: 'modify',
        executable: true,
        auto_approved: true,
        risk_level: 'Low',
        role_definition_ids: [CONTRIBUTOR],
        writes: [{ kind: 'tags', operation: 'Merge', tags: { costCenter: '4711' } }],
        paths: ['tags.costCenter'],
        rollback: { possible: 'all', writes: [{ kind: 'tags', operation: 'Delete' }] },
      },
    });
    expect(untouched.body.tags).toEqual({ env: 'dev', owner: 'me' });
    expect(done).toMatchObject({
      status: 'succeeded',
      result: {
        changed: true,
        violation_gone: true,
        state: expect.stringMatching(/compliant|notApplicable/),
      },
    });
    expect(changed.body.tags).toEqual({ env: 'dev', owner: 'me', costCenter: '4711' });
    expect(undone).toMatchObject({ status: 'rolled_back', result: { violation_gone: false } });
    expect(back.body.tags).toEqual({ env: 'dev', owner: 'me' });
    const told = world.events.filter(({ subject }) => subject === remediation);
    expect(told.map(({ type, data }) => [type, (data as Json).status])).toEqual([
      ['ActionExecuted', 'succeeded'],
      ['ActionExecuted', 'rolled_back'],
    ]);
  });
});
