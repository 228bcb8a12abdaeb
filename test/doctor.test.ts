import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compare, Diagnosis, diagnosisRoutes, type Finding } from '#features/diagnosis/index.ts';
import { InventoryStore, Publisher } from '#features/inventory/index.ts';
import { NOBODY } from '#http/principal.ts';
import { type AzureSimulator, startAzure } from '#local/azure/index.ts';
import { Blobs } from '#platform/blobs.ts';
import { encryptedSecrets } from '#platform/encryptedSecrets.ts';
import { ResourceManager } from '#platform/resourceManager.ts';
import { Tables } from '#platform/tables.ts';
import { lookAtInstallation } from '../scripts/doctor/installation.ts';
import { AzError } from '../scripts/infra/az.ts';
import { containers, queues, tables } from '../src/declarations.ts';
import { manualClock, startEmulators } from './support/emulators.ts';
import { tempDir } from './support/tempDir.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let emulators: Awaited<ReturnType<typeof startEmulators>>;
let simulator: AzureSimulator;
beforeAll(async () => {
  emulators = await startEmulators();
  simulator = await startAzure({ dataDir: undefined, port: 0, estateSize: 30, seed: 1, drift: 0 });
  const sink = await listen(() => ({ status: 200 }));
  simulator.setEventGridEndpoint(sink);
});
afterAll(async () => {
  await simulator.close();
  await emulators.stop();
});

/** A server that answers each request as told; its URL. */
async function listen(
  answer: (path: string, method: string) => { status: number; body?: string },
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const code = /"validationCode":"([^"]+)"/.exec(text)?.[1];
      const { status, body } = answer(request.url ?? '', request.method ?? '');
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body ?? JSON.stringify({ validationResponse: code }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Connection string of the storage emulator. */
function storage(): string {
  return new Map(Object.entries(emulators.environment)).get('STORAGE_CONNECTION_STRING') ?? '';
}

type Ports = ConstructorParameters<typeof Diagnosis>[0];

function ports(): Ports {
  const clock = { now: () => new Date() };
  const publisher = new Publisher(emulators.queues);
  return {
    ...emulators,
    clock,
    credential,
    writer: undefined,
    secrets: encryptedSecrets(tempDir()),
    azure: new ResourceManager({ endpoint: simulator.url, credential }),
    tableDeclarations: tables,
    containers,
    queueDeclarations: queues,
    onlySubscriptions: undefined,
    storeOf: (tenantId) => new InventoryStore(tenantId, { ...emulators, clock, publisher }),
    resourceManagerEndpoint: simulator.url,
    storageEndpoint: /TableEndpoint=([^;]+)/.exec(storage())?.[1],
    telemetry: undefined,
    received: async () => undefined,
    sources: async () => [],
    version: '1.2.3',
    isLocal: true,
  };
}

/** What is not well, as `check subject`, with its details and mends. */
async function trouble(given: Partial<Ports> = {}): Promise<Record<string, Finding>> {
  const findings = await new Diagnosis({ ...ports(), ...given }).run();
  const wrong = findings.filter(({ state }) => state === 'failed' || state === 'warning');
  return Object.fromEntries(wrong.map((finding) => [`${finding.check} ${finding.subject}`, finding]));
}

describe('the doctor within', () => {
  it('finds nothing where nothing is wrong, and has looked at everything', async () => {
    await expect.poll(() => trouble(), { timeout: 20_000 }).toEqual({});
    const findings = await new Diagnosis(ports()).run();
    const looked = findings
      .filter(({ state }) => state === 'ok')
      .map(({ check, subject }) => `${check} ${subject}`);

    expect(looked).toEqual(
      expect.arrayContaining([
        ...tables.map(({ name }) => `tables ${name}`),
        ...containers.map(({ name }) => `containers ${name}`),
        ...queues.map(({ name }) => `queues ${name}`),
        ...simulator.subscriptionIds.flatMap((id) => [`estate ${id}`, `events ${id}`]),
        'secrets vault',
        'clock storage',
        'clock Resource Manager',
        'version PolicyCortex',
      ]),
    );
  });

  it('names what the code declares and the deployment has not', async () => {
    const [table, container, queue] = [tables[0], containers[0], queues[0]];
    if (!table || !container || !queue) throw new Error('nothing is declared');

    const found = await trouble({
      isLocal: false,
      telemetry: 'unused',
      tableDeclarations: [...tables, { ...table, name: 'nowhere' }],
      containers: [...containers, { ...container, name: 'nowhere' }],
      queueDeclarations: [...queues, { ...queue, name: 'nowhere' }],
    });

    for (const name of ['tables nowhere', 'containers nowhere', 'queues nowhere'])
      expect(found[name]).toMatchObject({ state: 'failed', detail: 'it is missing', mend: 'azd provision' });
  });

  it('names the role that is missing on the storage', async () => {
    const refusal = JSON.stringify({
      'odata.error': { code: 'AuthorizationPermissionMismatch', message: { lang: 'en', value: 'no' } },
    });
    const closed = await listen(() => ({ status: 403, body: refusal }));
    const connectionString = `${storage().replace(/(Table|Blob)Endpoint=[^;]+;/g, '')}TableEndpoint=${closed}devstoreaccount1;BlobEndpoint=${closed}devstoreaccount1;`;

    const found = await trouble({
      isLocal: false,
      tables: new Tables({ connectionString }),
      blobs: new Blobs({ connectionString }),
    });

    expect(found['tables inventory']?.mend).toContain('Storage Table Data Contributor');
    expect(found['containers documents']?.mend).toContain('Storage Blob Data Contributor');
    expect(found['sync subscriptions']?.state).toBe('failed');
  });

  it('names the subscription that may not be read, and how it is onboarded', async () => {
    simulator.setFaults({ graphRefused: true });
    onTestFinished(() => simulator.setFaults({}));
    const [id] = simulator.subscriptionIds;

    const found = await trouble();

    expect(found[`estate ${id}`]).toMatchObject({
      state: 'failed',
      mend: `azd env exec -- node scripts/infra/onboard.ts add --subscription ${id}`,
    });
    expect(found[`estate ${id}`]?.detail).toContain('the role Reader is not granted');
  });

  it('names the subscription whose events go nowhere, or wait for a handshake', async () => {
    const [id] = simulator.subscriptionIds;
    const sink = await listen(() => ({ status: 200 }));

    simulator.setEventGridEndpoint(undefined);
    const gone = await trouble();
    simulator.setEventGridEndpoint('http://127.0.0.1:9/');
    const waiting = await trouble();
    simulator.setEventGridEndpoint(sink);

    expect(gone[`events ${id}`]?.detail).toContain('no Event Grid topic');
    expect(waiting[`events ${id}`]?.detail).toContain('AwaitingManualAction');
    await expect.poll(() => trouble(), { timeout: 20_000 }).toEqual({});
  });

  it('counts dead letters, and says where the runbook is', async () => {
    const bus = new ServiceBusClient(emulators.environment.ServiceBus ?? '');
    await bus.createSender('refresh').sendMessages({ body: {} });
    const receiver = bus.createReceiver('refresh');
    for (const message of await receiver.receiveMessages(1)) await receiver.deadLetterMessage(message);

    const found = await trouble();
    for (const message of await bus
      .createReceiver('refresh', { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' })
      .receiveMessages(1))
      expect(message.body).toEqual({});
    await bus.close();

    expect(found['queues refresh']).toMatchObject({
      state: 'warning',
      mend: 'docs/operations/alerts.md#dead-letters',
    });
  });

  it('names a clock that is wrong, and a subscription that was not read for an hour', async () => {
    const clock = manualClock(new Date(Date.now() + 2 * 3_600_000).toISOString());
    const store = ports().storeOf(TENANT);
    await store.segments.register('s-1', { lastSynced: new Date().toISOString() });

    const found = await trouble({ clock });

    expect(found['clock storage']).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/^720\d s behind us$/),
    });
    expect(found['sync s-1']).toMatchObject({ state: 'warning' });
  });

  it('names what a source could not read, and the role that would open it', async () => {
    const [id = ''] = simulator.subscriptionIds;
    const gap = { source: 'resource_metrics', subscription_id: id, scope: 'Microsoft.Web/sites' };
    const refused = { ...gap, kind: 'refused', reason: 'AuthorizationFailed', role: 'Monitoring Reader' };
    const away = { ...gap, scope: 'other', kind: 'unavailable', reason: 'no answer', role: null };
    const sources = async () => [
      { name: 'activity_log', title: 'Azure Monitor activity log', gaps: [] },
      { name: 'resource_metrics', title: 'Azure Monitor metrics', gaps: [refused, away] },
    ];

    const findings = await new Diagnosis({ ...ports(), sources }).run();
    const own = findings.filter(({ check }) => check === 'sources');

    expect(own.map(({ subject, state }) => [subject, state])).toEqual([
      ['activity_log', 'ok'],
      [`resource_metrics Microsoft.Web/sites ${id}`, 'failed'],
      [`resource_metrics other ${id}`, 'warning'],
    ]);
    expect(own[1]?.mend).toContain(`--role "Monitoring Reader" --scope /subscriptions/${id}`);
    expect(own[2]?.mend).toContain('POST /api/v1/connectors/resource_metrics/sync');
  });

  it('tells when continuous export came last, or that nothing has come yet', async () => {
    const received = async () => [
      { subscriptionId: 's-1', last: '2026-01-01T00:00:00.000Z' },
      { subscriptionId: 's-2', last: null },
    ];
    const findings = await new Diagnosis({ ...ports(), received }).run();

    expect(findings.filter(({ check }) => check === 'continuous export')).toEqual([
      expect.objectContaining({
        subject: 's-1',
        state: 'ok',
        detail: 'came last at 2026-01-01T00:00:00.000Z',
      }),
      expect.objectContaining({ subject: 's-2', state: 'skipped', detail: expect.stringContaining('docs/') }),
    ]);
  });

  it('names the identity that gets no token, and the vault and telemetry that refuse', async () => {
    const refused = Object.assign(new Error('Forbidden'), { statusCode: 403 });
    const refuse = () => Promise.reject(refused);
    const closed = await listen(() => ({ status: 403 }));

    const found = await trouble({
      isLocal: false,
      resourceManagerEndpoint: 'https://127.0.0.1:9',
      writer: { getToken: () => Promise.reject(new Error('no managed identity endpoint found')) },
      secrets: { get: refuse, set: refuse, delete: refuse },
      telemetry: `InstrumentationKey=x;IngestionEndpoint=${closed}`,
    });

    expect(found['identity writer']?.detail).toContain('no managed identity endpoint found');
    expect(found['secrets vault']?.detail).toContain('Key Vault Secrets Officer');
    expect(found['telemetry Application Insights']?.mend).toContain('Monitoring Metrics Publisher');
    expect(Object.keys(found)).not.toContain('identity reader');
  });
});

it('tells owners of another tenant nothing', async () => {
  const [route] = diagnosisRoutes(new Diagnosis(ports()), { tenantId: TENANT, version: '1' });
  const ask = (tenantId: string) =>
    route?.handle({
      principal: { ...NOBODY, tenantId, roles: ['owner'] },
      params: {},
      query: undefined,
      body: undefined,
      correlationId: 'c',
      ifMatch: undefined,
      origin: 'https://product',
    });

  expect(route?.role).toBe('owner');
  await expect(ask('22222222-2222-4222-8222-222222222222')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(ask(TENANT)).resolves.toHaveProperty('body.findings');
});

describe('the doctor outside', () => {
  const app = {
    state: 'Running',
    identity: { userAssignedIdentities: { '/app': { clientId: '11111111-1111-4111-8111-111111111111' } } },
  };
  const settings: Record<string, string> = {
    TENANT_ID: TENANT,
    AZURE_CLIENT_ID: '11111111-1111-4111-8111-111111111111',
    STORAGE_TABLE_ENDPOINT: 'https://x.table.core.windows.net',
    STORAGE_BLOB_ENDPOINT: 'https://x.blob.core.windows.net',
    ServiceBus__fullyQualifiedNamespace: 'x.servicebus.windows.net',
  };
  function look(shown: unknown, values: Record<string, string>): Finding[] {
    const az = (args: readonly string[]) =>
      args[1] === 'show' ? shown : Object.entries(values).map(([name, value]) => ({ name, value }));
    return lookAtInstallation({ resourceGroup: 'rg', app: 'func', az });
  }

  it('finds a sound installation sound', () => {
    expect(look(app, settings).every(({ state }) => state === 'ok')).toBe(true);
  });

  it.each([
    ['a stopped app', { ...app, state: 'Stopped' }, settings, 'app', 'az functionapp start'],
    ['a missing setting', app, { ...settings, TENANT_ID: '' }, 'TENANT_ID', 'azd provision'],
    ['a misspelt one', app, { ...settings, TENANT: 'x' }, 'TENANT', 'appsettings delete'],
    ['a malformed one', app, { ...settings, GRAPH_LAG_SECONDS: 'x' }, 'GRAPH_LAG_SECONDS', 'azd provision'],
    [
      'an identity that is not attached',
      { ...app, identity: null },
      settings,
      'AZURE_CLIENT_ID',
      'azd provision',
    ],
    [
      'a writer that is not attached',
      app,
      { ...settings, AZURE_WRITER_CLIENT_ID: TENANT.replaceAll('1', '2') },
      'AZURE_WRITER_CLIENT_ID',
      'azd provision',
    ],
  ])('names %s', (_, shown, values, subject, mend) => {
    const wrong = look(shown, values).filter(({ state }) => state === 'failed' || state === 'warning');

    expect(wrong.map((finding) => finding.subject)).toEqual([subject]);
    expect(wrong[0]?.mend).toContain(mend);
  });

  it('says what it could not look at where Azure CLI refuses', () => {
    const az = () => {
      throw new AzError('Please run az login');
    };

    expect(lookAtInstallation({ resourceGroup: 'rg', app: 'func', az })).toMatchObject([
      { state: 'skipped', detail: expect.stringContaining('Please run az login') },
    ]);
  });
});

it.each([
  [10, 'ok'],
  [-60, 'warning'],
  [600, 'failed'],
])('a clock %i s apart is %s', (seconds, state) => {
  const now = new Date('2026-01-01T00:00:00.000Z');
  const date = new Date(now.getTime() + seconds * 1000).toUTCString();

  expect(compare('x', date, now).state).toBe(state);
});
