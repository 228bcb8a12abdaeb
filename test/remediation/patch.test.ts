import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CONTRIBUTOR,
  type Json,
  modify,
  named,
  type RemediationWorld,
  startRemediationWorld,
  tagPolicy,
} from './world.ts';

let world: RemediationWorld;
let group: string;

beforeAll(async () => {
  world = await startRemediationWorld();
  world.startWorkers();
  group = await world.group('rg-remedied');
}, 60_000);
afterAll(() => world.stop());

const TLS = 'Microsoft.Storage/storageAccounts/minimumTlsVersion';
const PUBLIC = 'Microsoft.Storage/storageAccounts/allowBlobPublicAccess';
const tlsPolicy = (name: string) => ({
  condition: { allOf: [...named(name).allOf, { field: TLS, notEquals: 'TLS1_2' }] },
  consequence: modify({ operation: 'addOrReplace', field: TLS, value: 'TLS1_2' }),
});
const tlsOf = async (id: string) =>
  ((await world.azure('GET', id)).body.properties as Json).minimumTlsVersion;

/** A storage account that violates a policy about TLS, and the assignment. */
async function violation(name: string) {
  const id = await world.account(group, name);
  const { assignmentId } = await world.assign(group, tlsPolicy(name));
  return { id, assignmentId };
}

describe('a violation of a policy that modifies tags', () => {
  it('is planned, carried out by the tags API alone, checked, told, and undone', async () => {
    const id = await world.account(group, 'sttags');
    const { assignmentId } = await world.assign(group, tagPolicy(named('sttags')));

    const remediation = await world.remediate(id, assignmentId);
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
    expect(await world.told(remediation, 2)).toMatchObject([
      { type: 'ActionExecuted', status: 'succeeded', violation_gone: true },
      { type: 'ActionExecuted', status: 'rolled_back' },
    ]);
  });
});

describe('a violation of a policy that modifies properties', () => {
  it.each([
    ['by PATCH', 'stpatch', {}],
    ['by PUT where the provider takes no PATCH', 'stput', { unpatchable: ['/stput'] }],
  ])('is mended %s, and undone', async (_, name, faults) => {
    const { id, assignmentId } = await violation(name);
    await world.faults(faults);

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const done = await world.settled(remediation, 'succeeded', 'failed');
    const [tls, { body }] = [await tlsOf(id), await world.azure('GET', id)];
    await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    await world.settled(remediation, 'rolled_back', 'rollback_failed');
    await world.faults({});

    expect(done).toMatchObject({
      status: 'succeeded',
      result: { violation_gone: true },
      plan: { writes: [{ kind: 'patch', body: { properties: { minimumTlsVersion: 'TLS1_2' } } }] },
    });
    expect([tls, await tlsOf(id)]).toEqual(['TLS1_2', 'TLS1_0']);
    expect(body).toMatchObject({ tags: { env: 'dev', owner: 'me' }, sku: { name: 'Standard_LRS' } });
  });

  it('is not written where the identity lacks the right: the roles of the definition are named', async () => {
    const { id, assignmentId } = await violation('strefused');
    await world.faults({ refusedWrites: ['/strefused'] });

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const done = await world.settled(remediation, 'failed', 'succeeded');
    await world.faults({});

    expect(done.error).toMatch(
      /AuthorizationFailed.*AZURE_WRITER_CLIENT_ID needs Contributor there.*--scope/,
    );
  });

  it('is not written under a lock, in Azure’s words', async () => {
    const { id, assignmentId } = await violation('stlocked');
    await world.faults({ lockedPaths: ['/stlocked'] });

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const done = await world.settled(remediation, 'failed', 'succeeded');
    await world.faults({});

    expect(done.error).toMatch(/^ScopeLocked: .*az lock list/);
    expect(await tlsOf(id)).toBe('TLS1_0');
  });

  it('is not carried out when the resource has changed since the plan', async () => {
    const { id, assignmentId } = await violation('stchanged');
    const remediation = await world.remediate(id, assignmentId);
    await world.settled(remediation, 'planned');
    await world.azure('PATCH', id, { properties: { minimumTlsVersion: 'TLS1_1' } });

    await world.call(`POST /api/v1/remediations/${remediation}/start`, {});
    const done = await world.settled(remediation, 'outdated', 'succeeded', 'failed', 'not_needed');

    expect(done.status).toBe('outdated');
    expect(await tlsOf(id)).toBe('TLS1_1');
  });

  it('is not undone when somebody has changed it since, unless forced', async () => {
    const { id, assignmentId } = await violation('stlater');
    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    await world.settled(remediation, 'succeeded');
    await world.azure('PATCH', id, { properties: { allowBlobPublicAccess: false } });

    const refused = await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    const forced = await world.call(`POST /api/v1/remediations/${remediation}/rollback`, { force: true });
    await world.settled(remediation, 'rolled_back');
    const { body } = await world.azure('GET', id);

    expect([refused.status, forced.status]).toEqual([409, 202]);
    expect(refused.json.next).toContain('force');
    expect(body.properties).toMatchObject({ minimumTlsVersion: 'TLS1_0', allowBlobPublicAccess: false });
  });

  it('is not undone for ever where the provider keeps what a rollback takes away', async () => {
    const id = await world.account(group, 'stkeeps');
    const { assignmentId } = await world.assign(group, {
      condition: { allOf: [...named('stkeeps').allOf, { field: PUBLIC, exists: false }] },
      consequence: modify({ operation: 'addOrReplace', field: PUBLIC, value: false }),
    });
    await world.faults({ unpatchable: ['/stkeeps'] });
    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    await world.settled(remediation, 'succeeded', 'failed');

    await world.call(`POST /api/v1/remediations/${remediation}/rollback`, {});
    const done = await world.settled(remediation, 'rolled_back', 'rollback_failed');
    await world.faults({});

    expect(done.status).toBe('rollback_failed');
    expect(done.error).toContain('properties.allowBlobPublicAccess');
  });

  it('is blocked where another policy sets the same otherwise and both deny', async () => {
    const { id, assignmentId } = await violation('strivals');
    const rival = tlsPolicy('strivals');
    const consequence = modify({ operation: 'addOrReplace', field: TLS, value: 'TLS1_3' });
    await world.assign(group, { ...rival, consequence });

    const remediation = await world.remediate(id, assignmentId);
    const done = await world.settled(remediation, 'denied', 'planned');

    expect(done.error).toMatch(/sets properties.minimumTlsVersion otherwise.*conflictEffect deny/);
  });
});

describe('approval', () => {
  it('is that of deployments: by the role of the rule, never by who asked', async () => {
    const { id, assignmentId } = await violation('stapproval');
    const rules = [{ name: 'storage', scope: id, role: 'security-admin' }];
    await world.call('PUT /api/v1/deployment-rules', { rules });

    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const waiting = await world.settled(remediation, 'awaiting_approval');
    const path = `POST /api/v1/remediations/${remediation}/approve`;
    const own = await world.call(path, {});
    const wrong = await world.call(path, {}, ['operator', 'otto']);
    const right = await world.call(path, {}, ['security-admin', 'sue']);
    const done = await world.settled(remediation, 'succeeded', 'failed');
    await world.call('PUT /api/v1/deployment-rules', { rules: [] });

    expect(waiting).toMatchObject({
      approval: { role: 'security-admin', rule: 'storage' },
      plan: { auto_approved: false },
    });
    expect([own.status, wrong.status, right.status]).toEqual([403, 403, 202]);
    expect(done).toMatchObject({ status: 'succeeded', approved_by: 'sue', requested_by: 'olga' });
  });
});

describe('what cannot be carried out', () => {
  it('of an audit is told as the steps for a person', async () => {
    const id = await world.account(group, 'stmanual');
    const { assignmentId } = await world.assign(group, {
      ...tlsPolicy('stmanual'),
      consequence: { effect: 'audit' },
    });

    const remediation = await world.remediate(id, assignmentId);
    const done = await world.settled(remediation, 'manual');
    const started = await world.call(`POST /api/v1/remediations/${remediation}/start`, {});

    expect(done).toMatchObject({ plan: { action_type: 'manual', executable: false } });
    expect((done.plan as Json).implementation_steps).toContain('properties.minimumTlsVersion');
    expect(started).toMatchObject({ status: 409, json: { next: expect.stringContaining('steps') } });
  });

  it('is refused with the field and the reason', async () => {
    const { id, assignmentId } = await violation('stbad');
    const compliant = await world.account(group, 'stgood', { properties: { minimumTlsVersion: 'TLS1_2' } });
    const good = await world.assign(group, tlsPolicy('stgood'));
    const ask = (body: Json) => world.call('POST /api/v1/remediations', body);

    const answers = [
      await ask({}),
      await ask({ resource_id: id }),
      await ask({ resource_id: id, assignment_id: good.assignmentId }),
      await ask({ resource_id: compliant, assignment_id: good.assignmentId }),
      await ask({ resource_id: `${id}x`, assignment_id: assignmentId }),
      await ask({ filter: { subscription_id: world.subscription } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 409, 409, 404, 400]);
  });

  it('names several violations where the resource has several of a policy', async () => {
    const id = await world.account(group, 'stseveral');
    const { policyId } = await world.assign(group, tlsPolicy('stseveral'));
    await world.call('POST /api/v1/assignments', {
      name: 'again',
      scope: group,
      policyDefinitionId: policyId,
    });

    const answer = await world.call('POST /api/v1/remediations', { resource_id: id, policy_id: policyId });

    expect(answer).toMatchObject({ status: 422, json: { errors: [{ field: '/assignment_id' }, {}] } });
  });
});

describe('without an identity that may write', () => {
  it('a plan is made, and carrying it out is refused with what to set', async () => {
    const { id, assignmentId } = await violation('stnowriter');
    const remediation = await world.remediate(id, assignmentId);
    await world.settled(remediation, 'planned');
    const other = world.withoutWriter();

    const refused = await other.call('POST /api/v1/remediations', {
      resource_id: id,
      assignment_id: assignmentId,
      dry_run: false,
    });
    const started = await other.call(`POST /api/v1/remediations/${remediation}/start`, {});
    const planned = await other.call('POST /api/v1/remediations', {
      resource_id: id,
      assignment_id: assignmentId,
    });

    expect([refused.status, started.status, planned.status]).toEqual([409, 409, 202]);
    expect(refused.json.next).toContain('AZURE_WRITER_CLIENT_ID');
  });
});
