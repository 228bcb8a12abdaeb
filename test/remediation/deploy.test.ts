import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CONTRIBUTOR,
  type Json,
  named,
  type RemediationWorld,
  STORAGE,
  startRemediationWorld,
} from './world.ts';

let world: RemediationWorld;
let group: string;

beforeAll(async () => {
  world = await startRemediationWorld();
  world.startWorkers();
  group = await world.group('rg-deployed');
}, 60_000);
afterAll(() => world.stop());

/** A policy that wants a public address beside an account, named after it. */
function addressBeside(name: string, consequence: Json = {}, resource: Json = {}) {
  return {
    condition: named(name),
    consequence: {
      effect: 'deployIfNotExists',
      details: {
        type: 'Microsoft.Network/publicIPAddresses',
        name: "[concat('ip-', field('name'))]",
        roleDefinitionIds: [CONTRIBUTOR],
        deployment: {
          properties: {
            mode: 'incremental',
            parameters: {
              owner: { value: "[field('name')]" },
              location: { value: "[field('location')]" },
            },
            template: {
              $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
              contentVersion: '1.0.0.0',
              parameters: { owner: { type: 'string' }, location: { type: 'string' } },
              resources: [
                {
                  type: 'Microsoft.Network/publicIPAddresses',
                  apiVersion: '2023-11-01',
                  name: "[concat('ip-', parameters('owner'))]",
                  location: "[parameters('location')]",
                  sku: { name: 'Standard' },
                  properties: { publicIPAllocationMethod: 'Static' },
                  ...resource,
                },
              ],
            },
          },
        },
        ...consequence,
      },
    },
  };
}

const addressOf = (name: string) => `${group}/providers/Microsoft.Network/publicIPAddresses/ip-${name}`;

describe('a violation of a policy that deploys', () => {
  it('is planned by what-if, deployed, checked, and undone by deleting what it created', async () => {
    const id = await world.account(group, 'stdeploys');
    const { assignmentId } = await world.assign(group, addressBeside('stdeploys'));

    const remediation = await world.remediate(id, assignmentId);
    const planned = await world.settled(remediation, 'planned', 'failed', 'denied');
    const absent = await world.azure('GET', addressOf('stdeploys'));
    await world.call(`POST /api/v1/remediations/${remediation}/start`, {});
    const done = await world.settled(remediation, 'succeeded', 'failed', 'outdated');
    const present = await world.azure('GET', addressOf('stdeploys'));
    await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    const undone = await world.settled(remediation, 'rolled_back', 'rollback_failed');
    const gone = await world.azure('GET', addressOf('stdeploys'));

    expect(planned).toMatchObject({
      deployment_id: expect.any(String),
      plan: {
        action_type: 'deployIfNotExists',
        deployment: {
          resource_group_name: 'rg-deployed',
          parameters: { owner: { value: 'stdeploys' }, location: { value: 'westeurope' } },
          changes: [{ change: 'Create', resource_id: addressOf('stdeploys') }],
        },
        rollback: { possible: 'all', deletes: [addressOf('stdeploys')], stays: [] },
        rollback_plan: expect.stringContaining('Deletes what the deployment created'),
      },
    });
    expect([absent.status, present.status, gone.status]).toEqual([404, 200, 404]);
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { violation_gone: true, created: [addressOf('stdeploys')] },
    });
    expect(undone).toMatchObject({ status: 'rolled_back', result: { violation_gone: false } });
  });

  it('says before the start what a rollback does not undo', async () => {
    const id = await world.account(group, 'stpartly');
    const existing = { type: STORAGE, apiVersion: '2023-01-01', name: 'stpartly', kind: 'StorageV2' };
    const changed = { properties: { allowBlobPublicAccess: false }, sku: { name: 'Standard_LRS' } };
    const { assignmentId } = await world.assign(
      group,
      addressBeside('stpartly', {}, { ...existing, ...changed }),
    );

    const remediation = await world.remediate(id, assignmentId);
    const planned = await world.settled(remediation, 'planned', 'failed', 'denied');

    expect(planned.plan).toMatchObject({
      risk_level: 'High',
      rollback: { possible: 'none', stays: [expect.stringContaining('stpartly: Modify')] },
    });
  });

  it('that Azure refuses fails with its words', async () => {
    const id = await world.account(group, 'stinvalid');
    const bad = { type: STORAGE, apiVersion: '2023-01-01', name: 'NOT_VALID', properties: {} };
    const { assignmentId } = await world.assign(group, addressBeside('stinvalid', {}, bad));

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const done = await world.settled(remediation, 'failed', 'succeeded');

    expect(done.error).toContain('AccountNameInvalid');
  });

  it('that fails half-way is undone as far as it came', async () => {
    const id = await world.account(group, 'sthalf');
    const policy = addressBeside('sthalf');
    const moved = { type: STORAGE, apiVersion: '2023-01-01', name: 'sthalf', location: 'northeurope' };
    const bad = { ...moved, kind: 'StorageV2', sku: { name: 'Standard_LRS' }, properties: {} };
    (policy.consequence.details.deployment.properties.template.resources as Json[]).push(bad);
    const { assignmentId } = await world.assign(group, policy);

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const done = await world.settled(remediation, 'failed', 'succeeded');
    const present = await world.azure('GET', addressOf('sthalf'));
    await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    const undone = await world.settled(remediation, 'rolled_back', 'rollback_failed');
    const gone = await world.azure('GET', addressOf('sthalf'));

    expect(done.error).toContain('InvalidResourceLocation');
    expect([present.status, gone.status]).toEqual([200, 404]);
    expect(undone.status).toBe('rolled_back');
  });

  it('waits for the approval that a rule of deployments asks for', async () => {
    const id = await world.account(group, 'stwaits');
    const { assignmentId } = await world.assign(group, addressBeside('stwaits'));
    const rules = [
      { name: 'addresses', resource_types: ['Microsoft.Network/publicIPAddresses'], role: 'security-admin' },
    ];
    await world.call('PUT /api/v1/deployment-rules', { rules });

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const waiting = await world.settled(remediation, 'awaiting_approval', 'succeeded', 'failed');
    const own = await world.call(`POST /api/v1/remediations/${remediation}/approve`, {});
    await world.call(`POST /api/v1/remediations/${remediation}/approve`, {}, ['security-admin', 'sue']);
    const done = await world.settled(remediation, 'succeeded', 'failed');
    await world.call('PUT /api/v1/deployment-rules', { rules: [] });

    expect(waiting).toMatchObject({ approval: { role: 'security-admin', rule: 'addresses' } });
    expect(own.status).toBe(403);
    expect(done).toMatchObject({ status: 'succeeded', approved_by: 'sue' });
  });

  it.each([
    ['a complete deployment', { deployment: { properties: { mode: 'complete', template: {} } } }, 'complete'],
    [
      'a deployment to the subscription without a place',
      { deploymentScope: 'subscription', deployment: { properties: { template: {} } } },
      'location',
    ],
  ])('of %s is blocked', async (_, details, reason) => {
    const name = `st${reason}`;
    const id = await world.account(group, name);
    const { assignmentId } = await world.assign(group, addressBeside(name, details));

    const remediation = await world.remediate(id, assignmentId);
    const done = await world.settled(remediation, 'denied', 'planned', 'failed');

    expect(done).toMatchObject({ status: 'denied', error: expect.stringContaining(reason) });
  });
});
