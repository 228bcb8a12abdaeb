import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complianceRoutes } from '#features/compliance/index.ts';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { resourceKey } from '#features/inventory/index.ts';
import { ruleWith } from '#features/policy/testKit.ts';
import { Api } from '#http/api.ts';
import { UNSCOPED } from '#http/principal.ts';
import type { Role } from '#http/role.ts';
import {
  assignment,
  type ComplianceWorld,
  change,
  definition,
  putResource,
  SUBSCRIPTION,
  startComplianceWorld,
} from './support/complianceWorld.ts';
import { manualClock } from './support/emulators.ts';

type App = ReturnType<ComplianceWorld['instance']>;
type Side = { readonly count: number };
/** What answers hold, as far as it is looked at. */
type Answer = {
  readonly id?: string;
  readonly total?: number;
  readonly state?: string;
  readonly nextCursor?: string | null;
  readonly data?: readonly { readonly id?: string; readonly trace?: unknown }[];
  readonly evaluations?: object;
  readonly resources?: object;
  readonly resource?: object;
  readonly draft?: { readonly after: object; readonly newly_failing: Side; readonly newly_passing: Side };
  readonly errors?: readonly { readonly field: string }[];
};

const clock = manualClock();
let world: ComplianceWorld;

beforeAll(async () => {
  world = await startComplianceWorld(clock);
});
afterAll(() => world.stop());

const httpsOnly = definition('https-only', {
  policyRule: ruleWith(
    {
      allOf: [
        { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
        { field: 'tags.https', notEquals: 'yes' },
      ],
    },
    { effect: 'audit' },
  ),
});
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const storage = (name: string) => `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;

function statesOf(world: ComplianceWorld, tenantId: string) {
  const store = new ComplianceStore(tenantId, world);
  return async (id: string) => {
    const row = await store.rows(SUBSCRIPTION).get(resourceKey(id));
    return row && [...row.outcomes.values()].map(({ state }) => state);
  };
}

describe('compliance', () => {
  it('of a subscription that is being read for the first time is judged as a whole, once it has been read', async () => {
    const app = world.instance(randomUUID());
    const states = statesOf(world, app.tenantId);
    await app.inventory.segments.register(SUBSCRIPTION, { state: 'Enabled' });
    await app.governance.write([
      change('definition', 'created', httpsOnly),
      change('assignment', 'created', assignment('https', httpsOnly.definitionId)),
    ]);
    await world.settle(app);
    await putResource(app, storage('early'), { tags: {} });
    const ids = [storage('early')];
    const message = { kind: 'resources', tenantId: app.tenantId, segment: SUBSCRIPTION, ids } as const;

    await app.compliance.work({ ...message, cause: 'a' });
    await app.compliance.work({ ...message, cause: 'b' });
    const during = await states(storage('early'));
    await app.inventory.segments.register(SUBSCRIPTION, { lastSynced: clock.now().toISOString() });
    await world.settle(app);

    expect(during).toBeUndefined();
    expect(await states(storage('early'))).toEqual(['nonCompliant']);
  });

  it('follows resources and assignments, with events of stable ids', async () => {
    const app = world.instance(randomUUID());
    const states = statesOf(world, app.tenantId);
    const assigned = assignment('https', httpsOnly.definitionId);
    await app.governance.write([
      change('definition', 'created', httpsOnly),
      change('assignment', 'created', assigned),
    ]);
    await putResource(app, storage('good'), { tags: { https: 'yes' } });
    await putResource(app, storage('bad'), { tags: {} });
    await world.settle(app);

    const first = [await states(storage('good')), await states(storage('bad'))];
    await putResource(app, storage('bad'), { tags: { https: 'yes' } });
    await world.settle(app);
    const second = await states(storage('bad'));
    await app.governance.write([change('assignment', 'deleted', assigned)]);
    await world.settle(app);

    expect(first).toEqual([['compliant'], ['nonCompliant']]);
    expect(second).toEqual(['compliant']);
    expect(await states(storage('good'))).toBeUndefined();
    const told = world.events.filter(
      ({ tenantid, type }) => tenantid === app.tenantId && /Compl|Evaluated/.test(type),
    );
    expect(told.map(({ type, subject }) => [type, subject.split('/').at(-1)])).toEqual([
      ['ComplianceViolated', 'bad'],
      ['ComplianceResolved', 'bad'],
      ['PolicyEvaluated', 'bad'],
    ]);
    expect(told[0]?.data).toMatchObject({
      severity: 'high',
      outcome: 'nonCompliant',
      previous_outcome: null,
    });
    expect(JSON.stringify(told[0]?.data)).toContain('violates \\"https-only\\"');
  });
});

/** A request with a role, limited to subscriptions where they are given. */
function callerOf(app: App, roles: readonly Role[], subscriptions?: readonly string[]) {
  const api = new Api({
    routes: complianceRoutes(app.compliance),
    authenticate: async () => ({
      tenantId: app.tenantId,
      id: 'key_1',
      kind: 'key',
      name: 'test',
      roles,
      scopes: { ...UNSCOPED, subscriptions },
    }),
    maxBodyBytes: 1_000_000,
  });
  return async (path: string, body?: unknown) => {
    const request = new Request(`http://product/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await api.handle(request, () => undefined);
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : {}) as Answer,
    };
  };
}

describe('questions', () => {
  const policyId = httpsOnly.id;
  let app: App;
  let ask: ReturnType<typeof callerOf>;

  beforeAll(async () => {
    app = world.instance(randomUUID());
    ask = callerOf(app, ['operator']);
    for (let i = 0; i < 6; i += 1)
      await putResource(app, storage(`st${i}`), { tags: i % 3 === 0 ? { https: 'yes' } : {} });
    await world.settle(app);
  });

  it('what-if equals saving and evaluating', async () => {
    const draft = { name: 'https-only', properties: httpsOnly.document.properties };
    const scope = `/subscriptions/${SUBSCRIPTION}`;
    const asked = await ask('/policies/what-if', { definition: draft, assignment: { scope } });
    const before = await ask('/compliance');
    await app.governance.write([
      change('definition', 'created', httpsOnly),
      change('assignment', 'created', assignment('https', httpsOnly.definitionId)),
    ]);
    await world.settle(app);
    clock.advance(1_000);
    const after = await ask('/compliance');

    expect(before.body.evaluations).toMatchObject({ total: 0, compliance_percentage: null });
    expect(asked.body.draft).toMatchObject({
      complete: true,
      reached: 6,
      newly_failing: { count: 4 },
      newly_passing: { count: 0 },
    });
    expect(after.body.evaluations).toEqual(asked.body.draft?.after);
    expect(after.body.resources).toMatchObject({ total: 6, non_compliant: 4, compliance_percentage: 33.3 });

    const loose = {
      ...draft,
      properties: {
        ...draft.properties,
        policyRule: ruleWith({ field: 'type', equals: 'a/b' }, { effect: 'audit' }),
      },
    };
    const relaxed = await ask('/policies/what-if', { policyId, definition: loose });
    expect(relaxed.body.draft).toMatchObject({ newly_passing: { count: 4 }, after: { total: 0 } });
  });

  it('judges a document that does not exist yet, deny included', async () => {
    const deny = ruleWith({ field: 'tags.owner', exists: 'false' }, { effect: 'deny' });
    const resource = { type: 'Microsoft.Storage/storageAccounts', name: 'new', tags: { https: 'yes' } };

    const assigned = await ask('/policies/what-if', { resource, scope: group });
    const denied = await ask('/policies/what-if', { resource, scope: group, definition: deny });
    const unenforced = await ask('/policies/what-if', {
      resource,
      scope: group,
      definition: deny,
      assignment: { enforcementMode: 'DoNotEnforce' },
    });

    expect(assigned.body.resource).toMatchObject({
      resource_id: storage('new'),
      allowed: true,
      data: [{ state: 'compliant' }],
    });
    expect(denied.body.resource).toMatchObject({ allowed: false, denied_by: ['what-if'] });
    expect(unenforced.body.resource).toMatchObject({ allowed: true });
  });

  it('lists findings by filter, page by page', async () => {
    const all = await ask('/compliance/findings');
    const paged: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await ask(`/compliance/findings?limit=1${cursor && `&cursor=${cursor}`}`);
      paged.push(...(page.body.data ?? []).map(({ id }) => String(id)));
      cursor = page.body.nextCursor ?? null;
    }

    expect(all.body.total).toBe(4);
    expect(paged).toEqual(all.body.data?.map(({ id }) => id));
    const totalOf = async (query: string) => (await ask(`/compliance/findings?${query}`)).body.total;
    expect(await totalOf('severity=high&framework=cis=1.1')).toBe(4);
    expect(await totalOf('severity=low')).toBe(0);
    expect(await totalOf(`policyId=${policyId}&resourceType=storage_account&resourceGroup=RG`)).toBe(4);
    expect(await totalOf('framework=cis=9.9')).toBe(0);
    expect(await totalOf('state=exempt')).toBe(0);
    expect(await totalOf('since=2027-01-01T00:00:00Z')).toBe(0);
    expect((await ask('/compliance/findings?cursor=x')).status).toBe(400);
    expect((await ask('/compliance/findings?severity=awful')).status).toBe(400);
  });

  it('says why, and what would mend it', async () => {
    const { body } = await ask(`/resources/${encodeURIComponent(storage('st1'))}/compliance`);

    expect(body).toMatchObject({
      state: 'nonCompliant',
      data: [{ policy_id: policyId, changes: [{ property: 'tags.https' }] }],
    });
    expect(body.data?.[0]?.trace).toMatchObject({ kind: 'allOf' });
    expect((await ask(`/resources/${encodeURIComponent(storage('none'))}/compliance`)).status).toBe(404);
  });

  it('evaluates on request, at once or as a job', async () => {
    const at = await ask(`/policies/${policyId}/evaluate`, {
      async: false,
      resourceIds: [storage('st0'), storage('st1')],
    });
    const batch = await ask('/policies/batch-evaluate', {
      policyIds: [policyId],
      resourceIds: [storage('st1')],
    });
    const started = await ask(`/policies/${policyId}/evaluate`, { async: true });
    await world.settle(app);
    const job = await ask(String(started.headers.get('location')).replace('/api/v1', ''));

    expect(at.body).toMatchObject({ counts: { compliant: 1, nonCompliant: 1 }, total: 2 });
    expect(batch.body).toMatchObject({ counts: { nonCompliant: 1 } });
    expect(started.status).toBe(202);
    expect(job.body).toMatchObject({
      state: 'succeeded',
      progress: { done: 1, total: 1 },
      counts: { evaluated: 6, changed: 0 },
    });
  });

  it('judges a policy that is not assigned, and keeps nothing', async () => {
    const loose = definition('loose', {
      policyRule: ruleWith({ field: 'tags.https', exists: 'true' }, { effect: 'audit' }),
    });
    await app.governance.write([change('definition', 'created', loose)]);
    await world.settle(app);

    const at = await ask(`/policies/${loose.id}/evaluate`, { resourceIds: [storage('st0')] });
    const started = await ask(`/policies/${loose.id}/evaluate`, { async: true });
    await world.settle(app);
    const job = await ask(`/jobs/${started.body.id}`);

    expect(at.body.data).toMatchObject([{ assignment_id: null, state: 'nonCompliant' }]);
    expect(job.body).toMatchObject({
      state: 'succeeded',
      counts: { evaluated: 6, non_compliant: 2, compliant: 4 },
    });
    expect((await ask('/compliance/findings')).body.total).toBe(4);
  });

  it('refuses what is wrong, with the field and the reason', async () => {
    const viewer = callerOf(app, ['viewer']);
    const wrong = await ask('/policies/what-if', {
      definition: ruleWith({ feld: 'type', equals: 1 }, { effect: 'adit' }),
    });

    expect((await viewer(`/policies/${policyId}/evaluate`, {})).status).toBe(403);
    expect((await ask('/policies/pol_none/evaluate', { resourceIds: [storage('st0')] })).status).toBe(404);
    expect((await ask(`/policies/${policyId}/evaluate`, { resourceIds: [storage('none')] })).status).toBe(
      404,
    );
    expect((await ask(`/policies/${policyId}/evaluate`, { resourceIds: [] })).status).toBe(400);
    expect((await ask('/policies/what-if', {})).status).toBe(400);
    expect(
      (await ask('/policies/what-if', { definition: {}, assignment: { scope: 'nowhere' } })).status,
    ).toBe(422);
    expect((await ask('/jobs/none')).status).toBe(404);
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors?.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['/definition/policyRule/if/feld']),
    );
  });

  it('exports what it lists', async () => {
    const csv = await ask('/compliance/findings/export?format=csv');
    const sarif = await ask('/compliance/findings/export?format=sarif');
    const ocsf = await ask('/compliance/findings/export?format=ocsf&severity=high');

    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(5);
    expect(JSON.parse(sarif.text)).toMatchObject({
      version: '2.1.0',
      runs: [{ results: expect.objectContaining({ length: 4 }) }],
    });
    expect(
      ocsf.text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { class_uid: number }).class_uid),
    ).toEqual([2003, 2003, 2003, 2003]);
  });

  it('shows no tenant, and no limited caller, what is not theirs', async () => {
    const other = world.instance(randomUUID());
    await other.inventory.segments.ensure(SUBSCRIPTION);
    const limited = callerOf(app, ['operator'], ['33333333-3333-4333-8333-333333333333']);
    const started = await ask(`/policies/${policyId}/evaluate`, { async: true });
    await world.settle(app);

    for (const caller of [callerOf(other, ['owner']), limited]) {
      expect((await caller('/compliance')).body.evaluations).toMatchObject({ total: 0 });
      expect((await caller('/compliance/findings')).body).toMatchObject({ data: [], total: 0 });
      expect((await caller('/compliance/findings/export?format=ocsf')).text).toBe('');
      expect((await caller(`/resources/${encodeURIComponent(storage('st1'))}/compliance`)).status).toBe(404);
      expect((await caller(`/policies/${policyId}/evaluate`, { resourceIds: [storage('st1')] })).status).toBe(
        404,
      );
      expect([403, 404]).toContain((await caller(`/jobs/${started.body.id}`)).status);
    }
    const draft = { definition: ruleWith({ field: 'name', exists: 'true' }, { effect: 'audit' }) };
    expect((await limited('/policies/what-if', draft)).body.draft).toMatchObject({ reached: 0 });
  });
});

describe('the face for other features', () => {
  it('judges documents together, tells stored states, counts of each day and numbers of each resource', async () => {
    const app = world.instance(randomUUID());
    const machine = `${group}/providers/Microsoft.Compute/virtualMachines/vm`;
    const agent = definition('agent', {
      policyRule: ruleWith(
        { field: 'type', equals: 'Microsoft.Compute/virtualMachines' },
        { effect: 'auditIfNotExists', details: { type: 'Microsoft.Compute/virtualMachines/extensions' } },
      ),
    });
    const assigned = assignment('agent', agent.definitionId);
    await app.governance.write([
      change('definition', 'created', agent),
      change('assignment', 'created', assigned),
    ]);
    await putResource(app, machine, {});
    await world.settle(app);
    await app.compliance.reconcile(app.tenantId);

    const alone = await app.compliance.evaluateDocuments(app.tenantId, [{ id: `${machine}2` }]);
    const together = await app.compliance.evaluateDocuments(app.tenantId, [
      { id: `${machine}2` },
      { id: `${machine}2/extensions/a` },
    ]);
    const state = await app.compliance.stateOf(app.tenantId, machine, {
      assignmentId: assigned.assignmentId,
    });
    const days = await app.compliance.days(app.tenantId, SUBSCRIPTION, '2026-01-01');
    const place = { tenantId: app.tenantId, segment: SUBSCRIPTION };
    const numbers: unknown[] = [];
    for await (const page of app.compliance.metrics.collect(place, '')) numbers.push(...page);

    expect(alone[0]?.reasonings[0]?.outcome.state).toBe('nonCompliant');
    expect(together[0]?.reasonings[0]?.outcome.state).toBe('compliant');
    expect(state).toBe('nonCompliant');
    expect(days).toMatchObject([{ counts: { '*': [1, 0, 0, 0, 0] } }]);
    expect(numbers).toEqual([
      {
        section: 'compliance',
        numbers: { non_compliant: 1, resources_non_compliant: 1 },
        resourceId: expect.stringMatching(/virtualmachines\/vm$/i),
      },
    ]);
  });
});
