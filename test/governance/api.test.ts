import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#http/role.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
const OTHER = '33333333-3333-4333-8333-333333333333';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const STARTER = '/providers/PolicyCortex/policyDefinitions/storage-secure-transfer';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
const keys = new Map<string, string>();

beforeAll(async () => {
  emulators = await startEmulators();
  services = newInstance();
  await services.storeOf(TENANT).segments.register(SUBSCRIPTION, { state: 'Enabled' });
  await call('POST /api/v1/resources', {
    id: GROUP,
    name: 'rg',
    resource_type: 'Microsoft.Resources/subscriptions/resourceGroups',
  });
});
afterAll(async () => {
  await services.queues.close();
  await emulators.stop();
});

function newInstance(): Services {
  return createServices(readSettings({ ...emulators.environment, TENANT_ID: TENANT, LOG_LEVEL: 'error' }));
}

async function keyOf(role: Role, tenantId = TENANT): Promise<string> {
  const name = `${role} of ${tenantId}`;
  const key = keys.get(name) ?? (await services.identity.createKey({ tenantId, role, name }));
  keys.set(name, key);
  return key;
}

type Options = {
  role?: Role;
  tenant?: string;
  headers?: Record<string, string>;
  on?: Services;
  key?: string;
};
async function call(target: string, body?: unknown, options: Options = {}) {
  const key = options.key ?? (await keyOf(options.role ?? 'owner', options.tenant));
  const { headers = {} } = options;
  return callApi(options.on ?? services, target, { key, headers, ...(body !== undefined && { body }) });
}

/** A rule; a literal with `then` looks like a promise to linters. */
function ruleOf(condition: unknown, effect: string): Record<string, unknown> {
  const parts = [condition, { effect }];
  return Object.fromEntries(['if', 'then'].map((name, index) => [name, parts[index]]));
}

const rule = ruleOf(
  {
    allOf: [
      { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
      { field: 'tags.owner', exists: false },
    ],
  },
  "[parameters('effect')]",
);
const properties = {
  displayName: 'Storage has an owner',
  description: 'Somebody must be asked.',
  mode: 'Indexed',
  metadata: { category: 'Tags' },
  parameters: { effect: { type: 'String', allowedValues: ['Audit', 'Deny'], defaultValue: 'Audit' } },
  policyRule: rule,
};

async function created(target: string, body: unknown) {
  const answer = await call(target, body);
  expect(answer.status, answer.text).toBe(201);
  return { ...(answer.json as Record<string, unknown> & { id: string; arm_id: string }), answer };
}

describe('a policy definition', () => {
  it('is created, read by either id, listed, changed and deleted', async () => {
    const { id, arm_id, answer } = await created('POST /api/v1/policies', {
      name: 'round-trip',
      properties,
      severity: 'high',
      frameworks: { cisAzure: ['3.1'] },
    });

    const byArmId = await call(`GET /api/v1/policies/${encodeURIComponent(arm_id)}`);
    const read = await call(`GET /api/v1/policies/${id}`);
    const same = await call(`PUT /api/v1/policies/${id}`, read.json);
    const changed = await call(`PUT /api/v1/policies/${id}`, { severity: 'low' });
    const gone = await call(`DELETE /api/v1/policies/${id}`);
    const after = await call(`GET /api/v1/policies/${id}`);

    expect(arm_id).toBe('/providers/PolicyCortex/policyDefinitions/round-trip');
    expect(answer.headers.get('location')).toBe(`/api/v1/policies/${id}`);
    expect(read.json).toMatchObject({
      type: 'Custom',
      origin: 'custom',
      display_name: 'Storage has an owner',
      category: 'Tags',
      mode: 'Indexed',
      enabled: true,
      created_by: `owner of ${TENANT}`,
    });
    expect(byArmId.json).toEqual(read.json);
    expect(same.status).toBe(200);
    expect(same.headers.get('etag')).toBe(read.headers.get('etag'));
    expect(changed.json).toMatchObject({ severity: 'low', frameworks: { cisAzure: ['3.1'] } });
    expect([gone.status, after.status]).toEqual([200, 404]);
  });

  it.each([
    [
      'ARM’s form',
      { name: 'form-arm', id: '/x', type: 'Microsoft.Authorization/policyDefinitions', properties },
    ],
    ['properties beside the name', { name: 'form-flat', ...properties }],
    ['no name', { ...properties, displayName: 'Form without a name' }],
  ])('is taken in %s', async (_, body) => {
    const { id } = await created('POST /api/v1/policies', body);

    expect((await call(`GET /api/v1/policies/${id}`)).json.properties).toMatchObject({ policyRule: rule });
  });

  it('that is bad answers 422 with every problem: path, reason, nearest valid word', async () => {
    const bad = {
      name: 'bad',
      properties: {
        displayName: 'x'.repeat(129),
        mode: 'Indexd',
        policyRule: ruleOf(
          {
            allOf: [
              { field: 'type', equal: 'a' },
              { feild: 'name', equals: 'b' },
            ],
          },
          'audit',
        ),
      },
    };

    const { status, headers, json } = await call('POST /api/v1/policies', bad);

    const problems = json.problems as { path: string; reason: string; nearest?: string }[];
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(problems.find(({ path }) => path.includes('allOf[0]'))?.nearest).toBe('equals');
    expect(problems.find(({ path }) => path === '$.mode')?.nearest).toBe('Indexed');
    expect(problems.find(({ path }) => path.includes('allOf[1]') && path.includes('feild'))?.nearest).toBe(
      'field',
    );
    expect(problems.map(({ path }) => path)).toContain('$.displayName');
    expect(json.errors).toContainEqual(
      expect.objectContaining({ field: expect.stringMatching(/^\/properties\/policyRule\/if\/allOf\/0/) }),
    );
    expect(
      (await call('GET /api/v1/policies/%2Fproviders%2FPolicyCortex%2FpolicyDefinitions%2Fbad')).status,
    ).toBe(404);
  });

  it.each([
    ['too many conditions', { allOf: Array.from({ length: 5000 }, () => ({ field: 'name', equals: 'a' })) }],
    ['too deep', nested(70)],
    ['a chain of functions', { value: `[${'concat('.repeat(70)}'a'${')'.repeat(70)}]`, equals: 'a' }],
    ['counts without end', { count: { value: Array.from({ length: 5000 }, (_, n) => n) }, greater: 1 }],
  ])('over Azure’s limits is refused, at once: %s', async (name, condition) => {
    const startedAt = performance.now();

    const { status } = await call('POST /api/v1/policies', {
      name: name.replaceAll(/\W/g, '-'),
      properties: { mode: 'All', policyRule: ruleOf(condition, 'audit') },
    });

    expect([413, 422]).toContain(status);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('of a taken name, a starter name too, answers 409', async () => {
    const first = await call('POST /api/v1/policies', { name: 'taken', properties });
    const second = await call('POST /api/v1/policies', { name: 'TAKEN', properties });
    const starter = await call('POST /api/v1/policies', { name: 'storage-secure-transfer', properties });

    expect([first.status, second.status, starter.status]).toEqual([201, 409, 409]);
    expect(second.json.next).toContain(`PUT /api/v1/policies/${String(first.json.id)}`);
  });

  it('is created by PUT of an ARM id of ours, idempotently; any other id is not found', async () => {
    const id = '%2Fproviders%2FPolicyCortex%2FpolicyDefinitions%2Fput-me';

    const first = await call(`PUT /api/v1/policies/${id}`, { properties });
    const second = await call(`PUT /api/v1/policies/${id}`, { properties });
    const foreign = await call(
      'PUT /api/v1/policies/%2Fproviders%2FMicrosoft.Authorization%2FpolicyDefinitions%2Fx',
      { properties },
    );
    const unknown = await call('PUT /api/v1/policies/pol_aaaaaaaaaaaaaaaaaaaaaaaa', { properties });

    expect([first, second, foreign, unknown].map(({ status }) => status)).toEqual([201, 200, 404, 404]);
    expect(second.json).toEqual(first.json);
    const events = (await emulators.eventsOf(TENANT)).filter(({ subject }) => subject.endsWith('/put-me'));
    expect(events).toHaveLength(1);
  });

  it('changes for one of two writers with the same ETag, on whichever instance', async () => {
    const { id, answer } = await created('POST /api/v1/policies', { name: 'raced', properties });
    const ifMatch = answer.headers.get('etag') ?? '';
    const other = newInstance();
    const put = (severity: string, on: Services) =>
      call(`PUT /api/v1/policies/${id}`, { severity }, { headers: { 'if-match': ifMatch }, on });

    const answers = await Promise.all([put('low', services), put('high', other), put('critical', other)]);
    const deleted = await call(`DELETE /api/v1/policies/${id}`, undefined, {
      headers: { 'if-match': ifMatch },
    });

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(deleted.status).toBe(412);
    const winner = answers.find(({ status }) => status === 200);
    expect((await call(`GET /api/v1/policies/${id}`)).json).toEqual(winner?.json);
    await other.queues.close();
  });

  it('of the starter pack is read-only, but for remarks, which can be undone', async () => {
    const path = `/api/v1/policies${STARTER}`;
    const before = await call(`GET ${path}`);

    const changed = await call(`PUT ${path}`, { properties });
    const deleted = await call(`DELETE ${path}`);
    const remarked = await call(`PUT ${path}`, { ...before.json, enabled: false, severity: 'low' });
    const listed = await call('GET /api/v1/policies?enabled=false&limit=1000');
    const undone = await call(`PUT ${path}`, { enabled: true, severity: before.json.severity });

    expect([changed.status, deleted.status]).toEqual([409, 409]);
    expect(changed.json.next).toContain('copy it: POST /api/v1/policies');
    expect(remarked.json).toMatchObject({ enabled: false, severity: 'low', origin: 'starter' });
    expect((listed.json.data as { arm_id: string }[]).map(({ arm_id }) => arm_id)).toContain(STARTER);
    expect(undone.json).toEqual(before.json);
  });

  it('in use by an assignment or an initiative cannot be deleted, and the answer names them', async () => {
    const policy = await created('POST /api/v1/policies', { name: 'used', properties });
    const initiative = await created('POST /api/v1/initiatives', {
      name: 'user',
      properties: { displayName: 'User', policyDefinitions: [{ policyDefinitionId: policy.id }] },
    });
    const assignment = await created('POST /api/v1/assignments', {
      name: 'user',
      scope: `/subscriptions/${SUBSCRIPTION}`,
      policyDefinitionId: policy.id,
    });

    const refused = await call(`DELETE /api/v1/policies/${policy.id}`);
    await call(`DELETE /api/v1/assignments/${assignment.id}`);
    await call(`DELETE /api/v1/initiatives/${initiative.id}`);
    const allowed = await call(`DELETE /api/v1/policies/${policy.id}`);

    expect(refused.status).toBe(409);
    expect(refused.json.used_by).toEqual([assignment.arm_id, initiative.arm_id]);
    expect(allowed.status).toBe(200);
  });

  it('cannot change so that the parameters of its assignments no longer fit', async () => {
    const policy = await created('POST /api/v1/policies', { name: 'narrowed', properties });
    const assignment = await created('POST /api/v1/assignments', {
      name: 'narrowed',
      scope: `/subscriptions/${SUBSCRIPTION}`,
      policyDefinitionId: policy.id,
      parameters: { effect: 'Deny' },
    });
    const parameters = { effect: { ...properties.parameters.effect, allowedValues: ['Audit'] } };

    const refused = await call(`PUT /api/v1/policies/${policy.id}`, {
      properties: { ...properties, parameters },
    });

    expect(refused.status).toBe(422);
    expect(refused.json.detail).toContain(assignment.id);
  });

  it('cannot change so that what an initiative hands to it no longer suffices', async () => {
    const policy = await created('POST /api/v1/policies', { name: 'handed', properties });
    const initiative = await created('POST /api/v1/initiatives', {
      name: 'hands',
      properties: {
        displayName: 'hands',
        policyDefinitions: [{ policyDefinitionId: policy.id, parameters: { effect: { value: 'Deny' } } }],
      },
    });
    const parameters = { ...properties.parameters, needed: { type: 'String' } };

    const refused = await call(`PUT /api/v1/policies/${policy.id}`, {
      properties: { ...properties, parameters },
    });
    const allowed = await call(`PUT /api/v1/policies/${policy.id}`, {
      properties: { ...properties, description: 'as before' },
    });

    expect(refused.status).toBe(422);
    expect(refused.json.detail).toContain(`${String(initiative.id)} would no longer be valid`);
    expect(allowed.status).toBe(200);
  });
});

function nested(depth: number): unknown {
  let condition: unknown = { field: 'name', equals: 'a' };
  for (let level = 0; level < depth; level += 1) condition = { not: condition };
  return condition;
}

describe('the list of definitions', () => {
  it('filters as the guide’s client asks, and pages by number and by cursor', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) {
      const metadata = { category: 'Listing' };
      await created('POST /api/v1/policies', {
        name,
        properties: { ...properties, displayName: name, metadata },
        severity: name === 'list-a' ? 'critical' : 'low',
        frameworks: name === 'list-b' ? { iso27001: ['A.8.20'] } : {},
        enabled: name !== 'list-c',
      });
    }
    const names = async (query: string) => {
      const { status, json, text } = await call(`GET /api/v1/policies?${query}`);
      expect(status, text).toBe(200);
      return (json.data as { name: string }[]).map(({ name }) => name);
    };

    expect(await names('type=Custom&category=listing&enabled=True&page=1&limit=20')).toEqual([
      'list-a',
      'list-b',
    ]);
    expect(await names('category=Listing&severity=critical')).toEqual(['list-a']);
    expect(await names('category=Listing&framework=iso27001%3Da.8.20')).toEqual(['list-b']);
    expect(await names('text=LIST-C')).toEqual(['list-c']);
    expect(await names('category=Listing&origin=starter')).toEqual([]);
    expect(await names('category=Listing&sort=-severity')).toEqual(expect.arrayContaining(['list-a']));
    expect(await names('category=Listing&limit=2&page=2')).toEqual(['list-c']);
    const first = await call('GET /api/v1/policies?category=Listing&limit=2');
    expect(first.json).toMatchObject({ page: 1, limit: 2, total: 3 });
    expect(await names(`category=Listing&limit=2&cursor=${String(first.json.nextCursor)}`)).toEqual([
      'list-c',
    ]);
    expect((await call('GET /api/v1/policies?cursor=nonsense')).status).toBe(400);
    expect((await call('GET /api/v1/policies?type=Own')).status).toBe(400);
    expect((await names('origin=starter&limit=1000')).length).toBeGreaterThan(5);
  });
});

describe('validation', () => {
  it('tells problems and evidence of a definition, an initiative and a bare rule, and saves nothing', async () => {
    const good = await call('POST /api/v1/policies/validate', { name: 'draft', properties });
    const bare = await call('POST /api/v1/policies/validate', ruleOf({ field: 'nam', equals: 'a' }, 'audit'));
    const initiative = await call('POST /api/v1/policies/validate', {
      properties: {
        displayName: 'Set',
        policyDefinitions: [
          { policyDefinitionId: STARTER, policyDefinitionReferenceId: 'a' },
          { policyDefinitionId: '/providers/PolicyCortex/policyDefinitions/missing' },
        ],
      },
    });

    expect(good.json).toMatchObject({
      valid: true,
      kind: 'definition',
      evidence: 'resource',
      resource_types: ['microsoft.storage/storageaccounts'],
      parameters: [{ name: 'effect', type: 'string', required: false }],
    });
    expect(bare.json).toMatchObject({
      valid: false,
      kind: 'rule',
      problems: [{ path: '$.policyRule.if.field', nearest: 'name' }],
    });
    expect(initiative.json).toMatchObject({ valid: false, kind: 'initiative' });
    expect(JSON.stringify(initiative.json.problems)).toContain('there is no definition');
    expect(
      (await call('GET /api/v1/policies/%2Fproviders%2FPolicyCortex%2FpolicyDefinitions%2Fdraft')).status,
    ).toBe(404);
  });
});

describe('an assignment', () => {
  const assign = (body: Record<string, unknown>) =>
    call('POST /api/v1/assignments', {
      scope: `/subscriptions/${SUBSCRIPTION}`,
      policyDefinitionId: STARTER,
      ...body,
    });

  it('is created at a group, with ARM’s parameters, and read, listed by scope, changed and deleted', async () => {
    const { id, arm_id } = await created('POST /api/v1/assignments', {
      name: 'at-group',
      properties: {
        scope: GROUP,
        policyDefinitionId: STARTER,
        displayName: 'At the group',
        parameters: { effect: { value: 'deny' } },
        notScopes: [`${GROUP}/providers/Microsoft.Storage/storageAccounts/left-out`],
      },
    });

    const read = await call(`GET /api/v1/assignments${arm_id}`);
    const listed = await call(`GET /api/v1/assignments?scope=${encodeURIComponent(GROUP)}`);
    const changed = await call(`PUT /api/v1/assignments/${id}`, {
      ...read.json,
      enforcement_mode: 'DoNotEnforce',
    });
    const gone = await call(`DELETE /api/v1/assignments/${id}`);

    expect(read.json).toMatchObject({
      scope: GROUP.toLowerCase(),
      policy_definition_id: STARTER,
      parameters: { effect: 'deny' },
      not_scopes: [`${GROUP}/providers/microsoft.storage/storageaccounts/left-out`.toLowerCase()],
    });
    expect((listed.json.data as { id: string }[]).map((each) => each.id)).toContain(id);
    expect(changed.json).toMatchObject({ enforcement_mode: 'DoNotEnforce', parameters: { effect: 'deny' } });
    expect(gone.status).toBe(200);
  });

  it.each([
    ['no such definition', { policyDefinitionId: 'pol_aaaaaaaaaaaaaaaaaaaaaaaa' }, '$.policyDefinitionId'],
    ['no scope', { scope: 'here' }, '$.scope'],
    ['an unknown subscription', { scope: `/subscriptions/${OTHER}` }, '$.scope'],
    ['an unknown group', { scope: `${GROUP}2` }, '$.scope'],
    [
      'an unknown management group',
      { scope: '/providers/Microsoft.Management/managementGroups/x' },
      '$.scope',
    ],
    ['a notScope elsewhere', { notScopes: [`/subscriptions/${OTHER}`] }, '$.notScopes[0]'],
    ['a notScope that is all', { notScopes: [`/subscriptions/${SUBSCRIPTION}`] }, '$.notScopes[0]'],
    ['an unknown parameter', { parameters: { efect: 'Audit' } }, '$.parameters.efect'],
    ['a wrong type', { parameters: { effect: 3 } }, '$.parameters.effect'],
    ['a value that is not allowed', { parameters: { effect: 'Modify' } }, '$.parameters.effect'],
    [
      'an override of another kind',
      { overrides: [{ kind: 'effect', value: 'Audit' }] },
      '$.overrides[0].kind',
    ],
    [
      'an override to no effect of it',
      { overrides: [{ kind: 'policyEffect', value: 'Modify' }] },
      '$.overrides[0].value',
    ],
    [
      'a selector of no kind',
      { resourceSelectors: [{ selectors: [{ kind: 'resourceColour', in: ['red'] }] }] },
      '$.resourceSelectors[0].selectors[0].kind',
    ],
    [
      'a selector that says both',
      { resourceSelectors: [{ selectors: [{ kind: 'resourceType', in: ['a'], notIn: ['b'] }] }] },
      '$.resourceSelectors[0].selectors[0]',
    ],
    [
      'a message for no member',
      { nonComplianceMessages: [{ message: 'x', policyDefinitionReferenceId: 'y' }] },
      '$.nonComplianceMessages[0]',
    ],
  ])('of %s is refused', async (_, body, path) => {
    const { status, json } = await assign(body);

    expect(status).toBe(422);
    expect((json.problems as { path: string }[]).map((problem) => problem.path)).toContain(path);
  });

  it('at the root group covers the tenant, without any management group being known', async () => {
    const { id } = await created('POST /api/v1/assignments', {
      name: 'root',
      scope: `/providers/Microsoft.Management/managementGroups/${TENANT}`,
      policyDefinitionId: '/providers/PolicyCortex/policySetDefinitions/starter-pack',
    });

    const snapshot = await services.governanceOf(TENANT).snapshot();

    expect(snapshot.assignments.map((each) => each.id)).toContain(id);
    expect(snapshot.definitions.size).toBeGreaterThan(5);
    await call(`DELETE /api/v1/assignments/${id}`);
  });
});

describe('an exemption', () => {
  it('lies within its assignment, names members that exist, and holds its assignment back from deletion', async () => {
    const assignment = await created('POST /api/v1/assignments', {
      name: 'exempted',
      scope: GROUP,
      policyDefinitionId: '/providers/PolicyCortex/policySetDefinitions/starter-pack',
    });
    const exempt = (body: Record<string, unknown>) =>
      call('POST /api/v1/exemptions', {
        scope: GROUP,
        policyAssignmentId: assignment.id,
        exemptionCategory: 'Waiver',
        ...body,
      });
    const pathsOf = ({ json }: { json: Record<string, unknown> }) =>
      (json.problems as { path: string }[]).map(({ path }) => path);

    const outside = await exempt({ scope: `/subscriptions/${SUBSCRIPTION}` });
    const past = await exempt({ expiresOn: '2020-01-01T00:00:00Z' });
    const member = await exempt({ policyDefinitionReferenceIds: ['nobody'] });
    const orphan = await exempt({ policyAssignmentId: 'asg_aaaaaaaaaaaaaaaaaaaaaaaa' });
    const good = await exempt({
      name: 'good',
      policyDefinitionReferenceIds: ['storage-secure-transfer'],
      expiresOn: '2099-01-01T00:00:00Z',
    });
    const held = await call(`DELETE /api/v1/assignments/${assignment.id}`);
    const expired = await call('GET /api/v1/exemptions?state=expired');
    const active = await call(`GET /api/v1/exemptions?state=active&policyAssignmentId=${assignment.id}`);

    expect([outside, past, member, orphan].map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect([outside, past, member, orphan].map(pathsOf)).toEqual([
      ['$.scope'],
      ['$.expiresOn'],
      ['$.policyDefinitionReferenceIds'],
      ['$.policyAssignmentId'],
    ]);
    expect(good.status, good.text).toBe(201);
    expect(held.json.used_by).toEqual([good.json.arm_id]);
    expect(expired.json.total).toBe(0);
    expect(active.json.total).toBe(1);
    await call(`DELETE /api/v1/exemptions/${String(good.json.id)}`);
    expect((await call(`DELETE /api/v1/assignments/${assignment.id}`)).status).toBe(200);
  });
});

describe('access', () => {
  it('of another tenant finds nothing, and may use the same names', async () => {
    const { id, arm_id } = await created('POST /api/v1/policies', { name: 'mine', properties });

    const options = { tenant: OTHER };
    const [byId, byArmId, list, change, same] = [
      await call(`GET /api/v1/policies/${id}`, undefined, options),
      await call(`GET /api/v1/policies${arm_id}`, undefined, options),
      await call('GET /api/v1/policies?origin=custom', undefined, options),
      await call(`PUT /api/v1/policies/${id}`, { severity: 'low' }, options),
      await call('POST /api/v1/policies', { name: 'mine', properties }, options),
    ];

    expect([byId, byArmId, change, same].map(({ status }) => status)).toEqual([404, 404, 404, 201]);
    expect(list.json.total).toBe(0);
  });

  it('needs the role that fits', async () => {
    const statuses = async (role: Role) => [
      (await call('POST /api/v1/policies', {}, { role })).status,
      (await call('POST /api/v1/assignments', {}, { role })).status,
      (await call('POST /api/v1/exemptions', {}, { role })).status,
      (await call('GET /api/v1/policies?limit=1', undefined, { role })).status,
    ];

    expect(await statuses('viewer')).toEqual([403, 403, 403, 200]);
    expect(await statuses('operator')).toEqual([403, 403, 403, 200]);
    expect(await statuses('policy-author')).toEqual([400, 400, 403, 200]);
    expect(await statuses('security-admin')).toEqual([403, 403, 400, 200]);
  });
});

describe('a key that is limited to subscriptions', () => {
  it('sees and changes the assignments and exemptions within them, and no others', async () => {
    const mine = await created('POST /api/v1/assignments', {
      name: 'limited',
      scope: `/subscriptions/${SUBSCRIPTION}`,
      policyDefinitionId: STARTER,
    });
    const keyFor = (subscription: string) =>
      services.identity.createKey({
        tenantId: TENANT,
        role: 'policy-author',
        name: subscription,
        scopes: { access: 'write', subscriptions: [subscription], features: null },
      });
    const [own, other] = [await keyFor(SUBSCRIPTION), await keyFor(OTHER)];
    const change = { enforcementMode: 'DoNotEnforce' };

    const seen = await call(`GET /api/v1/assignments/${mine.id}`, undefined, { key: own });
    const hidden = await call(`GET /api/v1/assignments/${mine.id}`, undefined, { key: other });
    const list = await call('GET /api/v1/assignments', undefined, { key: other });
    const refused = await call(`PUT /api/v1/assignments/${mine.id}`, change, { key: other });
    const elsewhere = await call(
      'POST /api/v1/assignments',
      { name: 'x', scope: `/subscriptions/${SUBSCRIPTION}`, policyDefinitionId: STARTER },
      { key: other },
    );
    const changed = await call(`PUT /api/v1/assignments/${mine.id}`, change, { key: own });
    const policy = await call('POST /api/v1/policies', { name: 'limited', properties }, { key: own });

    expect([seen, hidden, refused, elsewhere, changed, policy].map(({ status }) => status)).toEqual([
      200, 404, 404, 403, 200, 403,
    ]);
    expect(list.json.total).toBe(0);
    await call(`DELETE /api/v1/assignments/${mine.id}`);
  });
});

describe('a process that dies between the write and its events', () => {
  it('leaves them to the sweep, once, with the ids that they would have had', async () => {
    const dying = newInstance();
    await dying.queues.close();
    dying.queues.send = () => Promise.reject(new Error('the broker is away'));

    const answer = await call('POST /api/v1/policies', { name: 'swept', properties }, { on: dying });
    const before = (await emulators.eventsOf(TENANT)).filter(({ subject }) => subject.endsWith('/swept'));
    await services.governanceOf(TENANT).sweep(new Date(Date.now() + 1000));
    await services.governanceOf(TENANT).sweep(new Date(Date.now() + 1000));
    const after = (await emulators.eventsOf(TENANT)).filter(({ subject }) => subject.endsWith('/swept'));

    expect(answer.status).toBe(201);
    expect(before).toEqual([]);
    expect(after).toHaveLength(1);
    expect(after[0]?.data).toMatchObject({ change: 'created', id: answer.json.id });
  });
});
