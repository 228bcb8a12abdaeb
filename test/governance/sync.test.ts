import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicySyncMessage } from '#features/governance/index.ts';
import { type AzureSimulator, startAzure } from '#local/azure/index.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';

const CATALOGUE = new URL('../../../shared/policy/built-in-definitions.jsonl.gz', import.meta.url).pathname;
const ALIASES = new URL('../../../shared/policy/aliases.json.gz', import.meta.url).pathname;
const GROUND = ['ManagementGroupsChanged', 'PolicyAliasesRefreshed'];
let emulators: Awaited<ReturnType<typeof startEmulators>>;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

type Job = {
  id: string;
  state: string;
  read: number;
  written: number;
  deleted: number;
  problems: { part: string; scope: string; reason: string }[];
};

/** An instance of the product over a simulator, its subscriptions known; a reading of the policies done to the end. */
async function startWorld(azure: AzureSimulator) {
  const services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: azure.tenantId,
      AZURE_RESOURCE_MANAGER_ENDPOINT: azure.url,
      LOG_LEVEL: 'error',
    }),
  );
  for (const id of azure.subscriptionIds)
    await services.storeOf(azure.tenantId).segments.register(id, { state: 'Enabled' });
  const key = await services.identity.createKey({ tenantId: azure.tenantId, role: 'owner', name: 'owner' });
  const call = (target: string, body?: unknown) =>
    callApi(services, target, { key, ...(body !== undefined && { body }) });
  return {
    services,
    call,
    sync: () => sync(services, azure.tenantId),
    snapshot: () => snapshotOf(services, azure),
  };
}

async function sync(services: Services, tenantId: string): Promise<Job> {
  const started = await services.policySync.start(tenantId);
  const message: PolicySyncMessage = { tenantId, jobId: started.id };
  await services.policySync.run(message);
  return services.policySync.get(tenantId, started.id);
}

function snapshotOf(services: Services, azure: AzureSimulator) {
  return services.governanceOf(azure.tenantId).snapshot();
}

async function arm(azure: AzureSimulator, method: string, id: string, body?: unknown): Promise<number> {
  const response = await fetch(`${azure.url}${id}?api-version=2023-04-01`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.status;
}

describe('a reading of Azure’s policies', () => {
  let azure: AzureSimulator;
  let world: Awaited<ReturnType<typeof startWorld>>;
  beforeAll(async () => {
    azure = await startAzure({ port: 0, dataDir: undefined, estateSize: 500, seed: 5, drift: 0 });
    world = await startWorld(azure);
  });
  afterAll(async () => {
    await world.services.queues.close();
    await azure.close();
  });

  it('brings catalogue, assignments of all scopes, exemptions, groups and aliases; the second writes nothing', async () => {
    const before = await world.snapshot();

    const first = await world.sync();
    const after = await world.snapshot();
    const second = await world.sync();
    const unchanged = await world.snapshot();

    expect(first, JSON.stringify(first.problems)).toMatchObject({ state: 'succeeded', deleted: 0 });
    expect(first.written).toBeGreaterThan(35);
    expect(second).toMatchObject({ state: 'succeeded', written: 0, deleted: 0, read: first.read });
    expect(unchanged.revision).toBe(after.revision);
    const told = (await emulators.eventsOf(azure.tenantId)).map(({ type }) => type);
    expect(told.filter((type) => GROUND.includes(type)).sort()).toEqual(GROUND);
    expect(
      after.assignments.map(({ displayName, enforcementMode }) => `${displayName} ${enforcementMode}`).sort(),
    ).toEqual([
      'Allowed locations DoNotEnforce',
      'Microsoft cloud security benchmark Default',
      'No public addresses of the basic SKU Default',
      'Resources have a cost center Default',
      'Web apps answer HTTPS only Default',
    ]);
    expect(
      after.exemptions.map(({ exemptionCategory, expiresOn }) => [exemptionCategory, expiresOn]).sort(),
    ).toEqual([
      ['Mitigated', undefined],
      ['Waiver', '2030-06-30T00:00:00Z'],
    ]);
    expect(after.definitions.size).toBeGreaterThan(14);
    expect(after.initiatives.size).toBe(1);
    expect(before.aliases.aliases.size).toBeLessThan(after.aliases.aliases.size);
    expect(after.aliases.aliases.get('microsoft.compute/virtualmachines/imagepublisher')?.targets.size).toBe(
      1,
    );
    const chains = azure.subscriptionIds.map((id) => after.ancestors.get(id));
    expect(chains.every((chain) => chain?.at(-1) === azure.tenantId && chain.includes('mg-contoso'))).toBe(
      true,
    );
  });

  it('tells Azure’s from ours, and refuses to change them', async () => {
    const builtIn = await world.call('GET /api/v1/policies?type=BuiltIn&limit=100');
    const [policy] = builtIn.json.data as { id: string; origin: string }[];
    const assignments = await world.call('GET /api/v1/assignments?origin=azure');
    const [assignment] = assignments.json.data as { id: string }[];

    const change = await world.call(`PUT /api/v1/policies/${policy?.id}`, { properties: {} });
    const remark = await world.call(`PUT /api/v1/policies/${policy?.id}`, { severity: 'critical' });
    const removal = await world.call(`DELETE /api/v1/assignments/${assignment?.id}`);
    await world.sync();
    const kept = await world.call(`GET /api/v1/policies/${policy?.id}`);

    expect(builtIn.json.total).toBe(25);
    expect(policy?.origin).toBe('azure');
    expect([change.status, remark.status, removal.status]).toEqual([409, 200, 409]);
    expect(removal.json.next).toContain('change it in Azure');
    expect(kept.json.severity).toBe('critical');
  });

  it('notices what changed, came and went in Azure', async () => {
    const scope = `/subscriptions/${azure.subscriptionIds[0]}`;
    const group = '/providers/Microsoft.Management/managementGroups/mg-sandbox';
    const own = (at: string, kind: string, name: string) =>
      `${at}/providers/Microsoft.Authorization/${kind}/${name}`;
    const definitionId = own(group, 'policyDefinitions', 'drifted');
    const policyRule = Object.fromEntries([['if', { field: 'type', equals: 'a/b' }]]);
    const made = [
      await arm(azure, 'PUT', definitionId, { properties: { displayName: 'Drifted', policyRule } }),
      await arm(azure, 'PUT', own(group, 'policyAssignments', 'drifted'), {
        properties: { policyDefinitionId: definitionId },
      }),
      await arm(azure, 'PUT', own(scope, 'policyAssignments', 'no-basic-ip'), {
        properties: {
          policyDefinitionId: own(scope, 'policyDefinitions', 'no-basic-ip'),
          enforcementMode: 'DoNotEnforce',
        },
      }),
      await arm(azure, 'DELETE', own(scope, 'policyAssignments', 'allowed-locations')),
    ];

    const drifted = await world.sync();
    const snapshot = await world.snapshot();
    const undone = [
      await arm(azure, 'DELETE', own(group, 'policyAssignments', 'drifted')),
      await arm(azure, 'DELETE', definitionId),
    ];
    const gone = await world.sync();

    expect([...made, ...undone]).toEqual([201, 201, 200, 200, 200, 200]);
    expect(drifted).toMatchObject({ state: 'succeeded', written: 3, deleted: 1 });
    const names = snapshot.assignments.map(({ assignmentId }) => assignmentId.split('/').at(-1));
    expect(names).toContain('drifted');
    expect(names).not.toContain('allowed-locations');
    expect(snapshot.definitions.has(definitionId.toLowerCase())).toBe(true);
    expect(gone).toMatchObject({ written: 0, deleted: 2 });
    const events = (await emulators.eventsOf(azure.tenantId)).filter(({ subject }) =>
      subject.endsWith('/drifted'),
    );
    expect(events.map(({ type, data }) => `${type} ${(data as { change: string }).change}`)).toEqual(
      expect.arrayContaining([
        'PolicyDefinitionChanged created',
        'PolicyAssignmentChanged created',
        'PolicyAssignmentChanged deleted',
        'PolicyDefinitionChanged deleted',
      ]),
    );
  });

  it('of which a part is refused reads the rest, names the role, and deletes nothing that it could not see', async () => {
    const before = await world.snapshot();
    azure.setFaults({
      refusedPaths: [`/subscriptions/${azure.subscriptionIds[0]}/providers/Microsoft.Authorization`],
    });

    const job = await world.sync();
    azure.setFaults({});

    const after = await world.snapshot();
    expect(job.state).toBe('partial');
    expect(job.deleted).toBe(0);
    expect(job.problems).toHaveLength(4);
    expect(job.problems[0]?.reason).toContain(
      `grant the identity the role Reader on /subscriptions/${azure.subscriptionIds[0]}`,
    );
    expect(after.assignments.length).toBe(before.assignments.length);
  });

  it('rides out throttling and errors of the service', async () => {
    azure.setFaults({ throttle: { every: 5, retryAfterSeconds: 0 }, serverErrors: { every: 7 } });

    const job = await world.sync();
    azure.setFaults({});

    expect(job).toMatchObject({ state: 'succeeded', written: 0, deleted: 0 });
  });

  it('is one at a time, over the API, for the tenant of the deployment alone', async () => {
    const [first, second] = [
      await world.call('POST /api/v1/policies/sync'),
      await world.call('POST /api/v1/policies/sync'),
    ];
    const { id } = first.json as { id: string };
    await world.services.policySync.run({ tenantId: azure.tenantId, jobId: id });
    const done = await world.call(`GET ${first.headers.get('location')}`);
    const key = await world.services.identity.createKey({
      tenantId: '99999999-9999-4999-8999-999999999999',
      role: 'owner',
      name: 'other',
    });

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.json.id).toBe(id);
    expect(done.json).toMatchObject({ state: 'succeeded', problems: [] });
    expect((await callApi(world.services, 'POST /api/v1/policies/sync', { key })).status).toBe(403);
    expect((await callApi(world.services, `GET /api/v1/policies/sync/${id}`, { key })).status).toBe(404);
  });
});

describe.skipIf(!existsSync(CATALOGUE))(
  'the shared half of Azure’s catalogue (skipped where it is absent)',
  () => {
    it('syncs whole with ARM’s alias table, validates, and costs no write the second time', async () => {
      const azure = await startAzure({
        port: 0,
        dataDir: undefined,
        estateSize: 60,
        seed: 6,
        drift: 0,
        policyCatalogueFile: CATALOGUE,
        aliasesFile: ALIASES,
      });
      const world = await startWorld(azure);

      const startedAt = performance.now();
      const first = await world.sync();
      const middle = performance.now();
      const second = await world.sync();
      const endedAt = performance.now();
      process.stdout.write(
        `first sync ${Math.round(middle - startedAt)} ms, second ${Math.round(endedAt - middle)} ms\n`,
      );

      const { json } = await world.call('GET /api/v1/policies?type=BuiltIn&type=Static&limit=1000');
      const { aliases } = await world.snapshot();
      const sample = (json.data as { name: string; properties: Record<string, unknown> }[]).filter(
        (_, index) => index % 20 === 0,
      );
      const invalid: string[] = [];
      for (const { name, properties } of sample) {
        const { policyType: _, ...draft } = properties;
        const answer = await world.call('POST /api/v1/policies/validate', { name, properties: draft });
        const problems = (answer.json.problems ?? []) as { severity: string; reason: string }[];
        const errors = problems.filter(
          ({ severity, reason }) => severity === 'error' && !reason.includes('Azure takes'),
        );
        if (answer.status !== 200 || errors.length > 0)
          invalid.push(`${name} ${answer.status} ${JSON.stringify(errors)}`);
      }
      expect(first.state, JSON.stringify(first.problems)).toBe('succeeded');
      expect(json.total).toBe(1771);
      expect(aliases.aliases.size).toBeGreaterThan(79_000);
      expect(second).toMatchObject({ written: 0, deleted: 0 });
      expect(sample.length).toBe(50);
      expect(invalid).toEqual([]);
      await world.services.queues.close();
      await azure.close();
    }, 120_000);
  },
);
