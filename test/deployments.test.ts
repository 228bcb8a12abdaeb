import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DeploymentMessage,
  DeploymentStore,
  Deployments,
  deploymentRoutes,
  type EvaluateDocuments,
  SecureValues,
} from '#features/deployments/index.ts';
import type { CloudEvent } from '#features/events/index.ts';
import { aliasesFromMap, compileDefinition, explain } from '#features/policy/index.ts';
import { Api } from '#http/api.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import type { Role } from '#http/role.ts';
import { type AzureSimulator, startAzure } from '#local/azure/index.ts';
import { AzureDeployments } from '#platform/azureDeployments.ts';
import { compileBicep } from '#platform/bicepCompiler.ts';
import { systemClock } from '#platform/clock.ts';
import { encryptedSecrets } from '#platform/encryptedSecrets.ts';
import { locateBicep } from '../scripts/bicep/bicep.ts';
import { startEmulators } from './support/emulators.ts';
import { until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const GROUP = 'rg-deployed';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let simulator: AzureSimulator;
let client: ServiceBusClient;
let subscription: string;
let deployments: Deployments;
let api: Api;
const secretsDirectory = tempDir();
const events: CloudEvent[] = [];

beforeAll(async () => {
  [emulators, simulator] = await Promise.all([
    startEmulators(),
    startAzure({
      port: 0,
      dataDir: undefined,
      estateSize: 200,
      seed: 3,
      drift: 0,
      retryScale: 1,
      operationMilliseconds: 100,
    }),
  ]);
  subscription = simulator.subscriptionIds[0] ?? '';
  deployments = newDeployments();
  api = new Api({
    routes: deploymentRoutes(deployments),
    authenticate: async (request) => principal(request),
    maxBodyBytes: 4 * 1024 * 1024,
  } as ConstructorParameters<typeof Api>[0]);
  client = new ServiceBusClient(emulators.environment.ServiceBus);
  work('deployments', (body) => deployments.run(DeploymentMessage.parse(body)));
  work('events', async (body) => void events.push(...(body as CloudEvent[])));
  await azure('PUT', `/resourceGroups/${GROUP}`, { location: 'westeurope' });
});

afterAll(async () => {
  await client.close();
  await Promise.all([emulators.stop(), simulator.close()]);
});

function newDeployments(): Deployments {
  const ports = { ...emulators, clock: systemClock };
  return new Deployments({
    ...ports,
    storeOf: (tenantId) => new DeploymentStore(tenantId, ports),
    secureValues: new SecureValues(encryptedSecrets(secretsDirectory)),
    azure: new AzureDeployments({
      endpoint: simulator.url,
      credential: { getToken: async () => ({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    }),
    evaluate: denyHttp,
    compileBicep: (source) => compileBicep(locateBicep(), source),
    owns: async (tenantId, id) => tenantId === TENANT && simulator.subscriptionIds.includes(id),
  });
}

/** A policy of the test's own: storage accounts must ask for HTTPS. */
const httpsOnly = compiledPolicy(`{"displayName": "HTTPS only", "mode": "All", "policyRule": {
  "if": {"allOf": [
    {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
    {"field": "Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly", "notEquals": true}
  ]},
  "then": {"effect": "deny"}
}}`);

function compiledPolicy(definition: string) {
  const alias = 'Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly';
  const aliases = aliasesFromMap({ [alias]: 'properties.supportsHttpsTrafficOnly' });
  const compiled = compileDefinition(definition, { aliases });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.policy;
}

const denyHttp: EvaluateDocuments = async (_tenantId, documents) =>
  documents.map((document) => {
    const explanation = explain(httpsOnly, { resource: document });
    const pair = {
      assignment: { assignmentId: 'asg_1' },
      definition: {
        id: 'pol_https',
        severity: 'high',
        document: { name: 'https', properties: { displayName: 'HTTPS only' } },
      },
    };
    const reasoning = { pair, outcome: explanation.outcome, explanation } as unknown as Reasoning;
    const deniedBy = explanation.outcome.state === 'nonCompliant' ? [reasoning] : [];
    return { document, reasonings: [reasoning], deniedBy };
  });

type Reasoning = Awaited<ReturnType<EvaluateDocuments>>[number]['reasonings'][number];

function principal(request: Request): Principal {
  const [role = 'viewer', id = 'someone', tenantId = TENANT] = (request.headers.get('x-test') ?? '').split(
    '|',
  );
  return { tenantId, id, kind: 'key', name: id, roles: [role as Role], scopes: UNSCOPED };
}

async function call(method: string, path: string, options: { body?: unknown; as?: string } = {}) {
  const { body, as = 'operator|olga' } = options;
  const request = new Request(`http://product/api/v1${path}`, {
    method,
    headers: { 'x-test': as, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const response = await api.handle(request, () => undefined);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  };
}

function work(queue: string, run: (body: unknown) => Promise<void>): void {
  client
    .createReceiver(queue)
    .subscribe(
      { processMessage: ({ body }) => run(body), processError: async () => undefined },
      { autoCompleteMessages: true, maxConcurrentCalls: 4 },
    );
}

async function azure(method: string, path: string, body?: unknown) {
  const version = path.includes('storageAccounts') ? '2023-01-01' : '2021-04-01';
  const response = await fetch(
    `${simulator.url}/subscriptions/${subscription}${path}?api-version=${version}`,
    {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
  );
  return {
    status: response.status,
    body: (await response.json().catch(() => ({}))) as Record<string, unknown>,
  };
}

/** What a look finds, once it does. */
async function found<T>(look: () => Promise<T | undefined>): Promise<T> {
  const last = await until(look, (value) => value !== undefined);
  if (last === undefined) throw new Error('nothing was found in time');
  return last;
}

async function ended(id: unknown, ...statuses: string[]) {
  return found(async () => {
    const { body } = await call('GET', `/deployments/${String(id)}`);
    return statuses.includes(String(body.status)) ? body : undefined;
  });
}

const storage = (name: string, properties: object = { supportsHttpsTrafficOnly: true }) => ({
  type: 'Microsoft.Storage/storageAccounts',
  apiVersion: '2023-01-01',
  name,
  location: "[parameters('location')]",
  sku: { name: 'Standard_LRS' },
  kind: 'StorageV2',
  properties,
});

function template(...resources: object[]) {
  return {
    parameters: {
      location: { type: 'string', defaultValue: 'westeurope' },
      password: { type: 'secureString', defaultValue: '' },
    },
    resources,
    outputs: { place: { type: 'string', value: "[parameters('location')]" } },
  };
}

function request(given: object, rest: object = {}) {
  return { subscription_id: subscription, resource_group_name: GROUP, template: given, ...rest };
}

describe('a deployment', () => {
  it('is checked, validated, predicted, run, and told to those who listen', async () => {
    const { status, body } = await call('POST', '/deployments', {
      body: request(template(storage('stdeployed1'))),
    });
    const done = await ended(body.id, 'succeeded', 'failed');
    const resource = await azure(
      'GET',
      `/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/stdeployed1`,
    );

    expect(status).toBe(202);
    expect(done).toMatchObject({
      status: 'succeeded',
      deployment_name: expect.stringMatching(/^policycortex-[\da-f-]{36}$/),
      findings: [],
      changes: [{ change: 'Create' }],
      outputs: { place: 'westeurope' },
      correlation_id: expect.any(String),
      operations: [{ resource_type: 'Microsoft.Storage/storageAccounts', state: 'Succeeded' }],
    });
    expect(resource.status).toBe(200);
    const told = await found(async () => events.find(({ subject }) => subject === body.id));
    expect(told).toMatchObject({ type: 'ActionExecuted', tenantid: TENANT, data: { status: 'succeeded' } });
  });

  it('that a policy denies never reaches Azure; the reason says which resource and policy', async () => {
    const bad = storage('stdenied', { supportsHttpsTrafficOnly: false });

    const { body } = await call('POST', '/deployments', { body: request(template(bad)) });
    const done = await ended(body.id, 'denied', 'succeeded');

    expect(done).toMatchObject({
      status: 'denied',
      correlation_id: null,
      findings: [
        { policy_id: 'pol_https', outcome: 'denied', reason: expect.stringContaining('HTTPS only') },
      ],
    });
  });

  it('is not denied for what only Azure can tell', async () => {
    const open = storage('stunknown', { supportsHttpsTrafficOnly: "[reference('x').flag]" });

    const { body } = await call('POST', '/deployments', { body: request(template(open), { dry_run: true }) });
    const done = await ended(body.id, 'denied', 'planned');

    expect(done).toMatchObject({ status: 'planned', findings: [{ outcome: 'unknown' }] });
  });

  it('that Azure refuses or fails says why, in Azure’s words', async () => {
    const machine = {
      type: 'Microsoft.Compute/virtualMachines',
      apiVersion: '2024-07-01',
      name: 'huge',
      location: 'westeurope',
      properties: { hardwareProfile: { vmSize: 'Standard_M416s_v2' } },
    };

    const refused = await call('POST', '/deployments', { body: request(template(storage('Not-A-Name'))) });
    const failing = await call('POST', '/deployments', { body: request(template(machine)) });

    expect(await ended(refused.body.id, 'invalid')).toMatchObject({
      error: expect.stringContaining('AccountNameInvalid'),
    });
    expect(await ended(failing.body.id, 'failed')).toMatchObject({
      error: expect.stringContaining('quota'),
      operations: [{ state: 'Failed', error: expect.stringContaining('OperationNotAllowed') }],
    });
  });

  it('can be planned first, and started as planned', async () => {
    const { body } = await call('POST', '/deployments', {
      body: request(template(storage('stplanned')), { dry_run: true }),
    });
    await ended(body.id, 'planned');
    const before = await azure(
      'GET',
      `/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/stplanned`,
    );
    const started = await call('POST', `/deployments/${String(body.id)}/start`, { body: {} });
    const done = await ended(body.id, 'succeeded', 'failed');

    expect([before.status, started.status, done.status]).toEqual([404, 202, 'succeeded']);
  });

  it('can be cancelled while it runs; what was written stays', async () => {
    const many = Array.from({ length: 40 }, (_, index) => storage(`stcancel${index}`));

    const { body } = await call('POST', '/deployments', { body: request(template(...many)) });
    await ended(body.id, 'deploying');
    await found(
      async () => (await call('GET', `/deployments/${String(body.id)}`)).body.correlation_id ?? undefined,
    );
    await call('DELETE', `/deployments/${String(body.id)}`);
    const done = await ended(body.id, 'cancelled');
    const again = await call('DELETE', `/deployments/${String(body.id)}`);

    expect(done.operations).not.toHaveLength(0);
    expect(again.status).toBe(409);
  });

  it('survives the process: another takes up what was left, and the end is told once', async () => {
    const { body } = await call('POST', '/deployments', { body: request(template(storage('stleft'))) });
    const id = String(body.id);
    // The same message to several processes at once, as after a lock was lost.
    await Promise.all([1, 2, 3].map(() => newDeployments().run({ tenant_id: TENANT, id })));
    await ended(id, 'succeeded');
    await newDeployments().run({ tenant_id: TENANT, id });

    const told = new Set(events.filter(({ subject }) => subject === id).map((event) => event.id));
    expect(told.size).toBe(1);
  });

  it('keeps no secure value in rows or blobs, and hands it to Azure', async () => {
    const secret = 'correct-horse-battery-staple';
    const named = { ...storage('stsecret'), tags: { length: "[string(length(parameters('password')))]" } };

    const { body } = await call('POST', '/deployments', {
      body: request(template(named), { parameters: { password: { value: secret } } }),
    });
    await ended(body.id, 'succeeded');
    const resource = await azure(
      'GET',
      `/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/stsecret`,
    );
    const store = new DeploymentStore(TENANT, { ...emulators, clock: systemClock });

    expect(resource.body.tags).toEqual({ length: String(secret.length) });
    expect(
      JSON.stringify([await store.find(String(body.id)), await store.readBody(String(body.id))]),
    ).not.toContain(secret);
    const secrets = encryptedSecrets(secretsDirectory);
    await until(
      () => secrets.get(String(body.deployment_name)),
      (kept) => kept === undefined,
    );
  });
});

describe('approval', () => {
  it('is asked of the role that a rule names, and never of who asked', async () => {
    const rules = [
      { name: 'storage', resource_types: ['Microsoft.Storage/storageAccounts'], role: 'security-admin' },
    ];
    await call('PUT', '/deployment-rules', { body: { rules }, as: 'security-admin|sam' });

    const { body } = await call('POST', '/deployments', {
      body: request(template(storage('stapproved'))),
      as: 'security-admin|sam',
    });
    const waiting = await ended(body.id, 'awaiting_approval', 'succeeded');
    const own = await call('POST', `/deployments/${String(body.id)}/approve`, {
      body: {},
      as: 'security-admin|sam',
    });
    const wrong = await call('POST', `/deployments/${String(body.id)}/approve`, {
      body: {},
      as: 'operator|olga',
    });
    const right = await call('POST', `/deployments/${String(body.id)}/approve`, {
      body: {},
      as: 'security-admin|sue',
    });
    const done = await ended(body.id, 'succeeded', 'failed');
    await call('PUT', '/deployment-rules', { body: { rules: [] }, as: 'security-admin|sam' });

    expect(waiting).toMatchObject({
      status: 'awaiting_approval',
      approval: { role: 'security-admin', rule: 'storage' },
    });
    expect([own.status, wrong.status, right.status]).toEqual([403, 403, 202]);
    expect(done).toMatchObject({ status: 'succeeded', approved_by: 'sue' });
  });

  it('is refused from who asked and from who started, where these are two', async () => {
    const rules = [
      { name: 'storage', resource_types: ['Microsoft.Storage/storageAccounts'], role: 'security-admin' },
    ];
    await call('PUT', '/deployment-rules', { body: { rules }, as: 'security-admin|sam' });
    const { body } = await call('POST', '/deployments', {
      body: request(template(storage('ststarted')), { dry_run: true }),
      as: 'security-admin|sam',
    });
    const path = `/deployments/${String(body.id)}`;
    const to = (verb: string, as: string) => call('POST', `${path}/${verb}`, { body: {}, as });

    await ended(body.id, 'planned');
    await to('start', 'security-admin|sue');
    const waiting = await ended(body.id, 'awaiting_approval', 'succeeded');
    const [asked, started] = [
      await to('approve', 'security-admin|sam'),
      await to('approve', 'security-admin|sue'),
    ];
    const third = await to('approve', 'security-admin|kim');
    await ended(body.id, 'succeeded', 'failed');
    await call('PUT', '/deployment-rules', { body: { rules: [] }, as: 'security-admin|sam' });

    expect(waiting).toMatchObject({ requested_by: 'sam', started_by: 'sue' });
    expect([asked.status, started.status, third.status]).toEqual([403, 403, 202]);
  });
});

describe('what is wrong', () => {
  it.each([
    ['no template', {}, 400, '/template'],
    ['two templates', { template: {}, bicep: 'x' }, 400, '/template'],
    ['a template without resources', { template: {} }, 422, '$.resources'],
    [
      'a parameter that is not declared',
      { template: { resources: [] }, parameters: { x: 1 } },
      422,
      'parameters.x',
    ],
    ['Bicep that does not compile', { bicep: 'resource x' }, 422, '/bicep (line 1, column 11)'],
  ])('%s is told with its place', async (_, given, status, field) => {
    const body = { subscription_id: subscription, resource_group_name: GROUP, ...given };

    const answer = await call('POST', '/deployments', { body });

    expect(answer.status).toBe(status);
    expect((answer.body.errors as { field: string }[]).map((each) => each.field)).toContain(field);
  });

  it('in another tenant is not found', async () => {
    const { body } = await call('POST', '/deployments', { body: request(template(), { dry_run: true }) });
    const as = 'owner|eve|99999999-9999-4999-8999-999999999999';

    const answers = await Promise.all([
      call('GET', `/deployments/${String(body.id)}`, { as }),
      call('DELETE', `/deployments/${String(body.id)}`, { as }),
      call('POST', '/deployments', { body: request(template()), as }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

describe('the library', () => {
  it('keeps templates with what the guide tells of them, Bicep too, and deployments name them', async () => {
    const bicep = [
      "@description('Where.')",
      "@allowed(['westeurope', 'northeurope'])",
      "param location string = 'westeurope'",
      "resource st 'Microsoft.Storage/storageAccounts@2023-01-01' = {",
      "  name: 'stlibrary'",
      '  location: location',
      "  kind: 'StorageV2'",
      "  sku: { name: 'Standard_LRS' }",
      '  properties: { supportsHttpsTrafficOnly: true }',
      '}',
    ].join('\n');
    const input = { name: 'storage', description: 'One account.', version: '2.0.0', author: 'ops', bicep };

    const created = await call('POST', '/templates', { body: input, as: 'policy-author|pia' });
    const read = await call('GET', `/templates/${String(created.body.id)}`);
    const deployed = await call('POST', '/deployments', {
      body: { subscription_id: subscription, resource_group_name: GROUP, template_id: created.body.id },
    });
    const done = await ended(deployed.body.id, 'succeeded', 'failed', 'invalid');
    const removed = await call('DELETE', `/templates/${String(created.body.id)}`, {
      as: 'policy-author|pia',
    });

    expect(created).toMatchObject({
      status: 201,
      body: { name: 'storage', version: '2.0.0', author: 'ops' },
    });
    expect(read.body.parameters).toEqual([
      {
        name: 'location',
        param_type: 'string',
        description: 'Where.',
        default_value: 'westeurope',
        allowed_values: ['westeurope', 'northeurope'],
      },
    ]);
    expect([done.status, removed.status]).toEqual(['succeeded', 200]);
  });
});
