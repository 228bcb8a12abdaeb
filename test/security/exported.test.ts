import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '#features/events/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import type { ExportedMessage } from '#features/security/exported/service.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';
import { startWorld, type World } from './world.ts';

type Assessment = { id: string; status: string; resource_id: string; subscription_id: string };
type Recommendation = { id: string; name: string; severity: string; created_at: string | null };
type Alert = { id: string; azure_id: string; status: string; generated_at: string; resource_ids: string[] };
type Gap = { subscription_id: string; scope: string; kind: string; reason: string };
type Source = { subscriptions: { subscription_id: string; received: unknown }[]; gaps: Gap[] };

let world: World;
let account: Assessment;
let subscriptionId: string;
let sequence = 0;

beforeAll(async () => {
  world = await startWorld({
    environment: {
      SECURITY_EXPORT_HUB: 'defender',
      SecurityExport__fullyQualifiedNamespace: 'x.servicebus.windows.net',
    },
  });
  await world.read('defender');
  const healthy = await list<Assessment>('assessments?status=healthy&limit=1000');
  const found = healthy.find(({ id }) => id.includes('Microsoft.Storage/storageAccounts'));
  if (!found) throw new Error('no healthy storage account');
  account = found;
  subscriptionId = found.subscription_id;
}, 60_000);
afterAll(() => world.stop());

async function list<T>(path: string): Promise<T[]> {
  const { status, json, text } = await world.call(`GET /api/v1/security/${path}`);
  if (status !== 200) throw new Error(text);
  return json.data as T[];
}

function send(...bodies: unknown[]): Promise<void> {
  return sendAt(new Date(), ...bodies);
}

function sendAt(at: Date, ...bodies: unknown[]): Promise<void> {
  const messages = bodies.map((body): ExportedMessage => {
    sequence += 1;
    return { body, enqueuedAt: at.toISOString(), place: `partition 0, sequence number ${sequence}` };
  });
  return world.services.security.exported.accept(messages);
}

/** As continuous export sends it. */
function assessment(code: string, changed: string, action = 'Write') {
  return {
    assessmentEventDataEnrichment: { action, apiVersion: '2019-01-01', isSnapshot: false },
    securityEventDataEnrichment: { action, apiVersion: '2019-01-01', isSnapshot: false },
    tenantId: world.tenantId,
    type: 'Microsoft.Security/assessments',
    kind: null,
    location: null,
    id: account.id,
    name: account.id.split('/').at(-1),
    tags: null,
    properties: {
      resourceDetails: { source: 'Azure', id: account.resource_id },
      displayName: 'Exported',
      status: { code, statusChangeDate: changed, firstEvaluationDate: '2026-01-01T00:00:00.0000000Z' },
      additionalData: {},
      metadata: { displayName: 'Exported', severity: 'High', implementationEffort: 'Low' },
    },
  };
}

function later(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace('Z', '1028Z');
}

async function statusOf(id: string): Promise<string | undefined> {
  const found = await list<Assessment>(`assessments?resourceId=${encodeURIComponent(account.resource_id)}`);
  return found.find((one) => one.id === id)?.status;
}

async function recommendations(): Promise<Recommendation[]> {
  const all = await list<Recommendation>('recommendations?limit=1000');
  return all.filter(({ id }) => id === account.id);
}

async function source(): Promise<Source> {
  const { json } = await world.call('GET /api/v1/connectors');
  const [first] = json.data as Source[];
  if (!first) throw new Error('no source');
  return first;
}

describe('an exported assessment', () => {
  it('is there at once, with the recommendation that it is; the same again changes nothing', async () => {
    const body = assessment('Unhealthy', later(1));
    await send(body);
    await send(body);

    expect(await statusOf(account.id)).toBe('Unhealthy');
    expect(await recommendations()).toHaveLength(1);
    const own = (await source()).subscriptions.find((one) => one.subscription_id === subscriptionId);
    expect(own?.received).toMatchObject({ counts: { written: 1, unchanged: 1 } });
  });

  it('that is older than what is known is passed over, by its own time and by when it was sent', async () => {
    await send(assessment('Healthy', '2025-01-01T00:00:00Z'));
    const byOwnTime = await statusOf(account.id);
    const changed = later(2);
    await send(assessment('Unhealthy', changed));
    await sendAt(new Date(Date.now() - 60_000), assessment('Healthy', changed));

    expect([byOwnTime, await statusOf(account.id)]).toEqual(['Unhealthy', 'Unhealthy']);
  });

  it('that is healthy again takes its recommendation away; one that is gone stays gone', async () => {
    await send(assessment('Healthy', later(3)));
    const healed = await recommendations();
    await send(assessment('Healthy', later(3), 'Delete'));
    const gone = await statusOf(account.id);
    await sendAt(new Date(Date.now() - 1000), assessment('Unhealthy', later(2)));

    expect([healed, gone, await statusOf(account.id)]).toEqual([[], undefined, undefined]);
    expect(await recommendations()).toEqual([]);
  });

  it('that was sent during a read is not undone by it, and the next read brings the truth', async () => {
    const { connector } = world.services.security;
    await world.read('defender');
    const before = await statusOf(account.id);
    const run = {
      tenantId: world.tenantId,
      subscriptionId,
      clock: { now: () => new Date(Date.now() - 5000) },
      cursors: {},
      counts: {},
      part: async <T>(_: string, work: () => Promise<T>) => work(),
      malformed: () => undefined,
    };
    await send(assessment('Unhealthy', later(4)));
    await connector.sync(run);
    const during = await statusOf(account.id);
    await world.read('defender');

    expect([before, during, await statusOf(account.id)]).toEqual(['Healthy', 'Unhealthy', 'Healthy']);
  });

  it('of a kind that no read has brought comes with its name and severity', async () => {
    const id = `${account.resource_id}/providers/Microsoft.Security/assessments/11111111-2222-4333-8444-555555555555`;
    await send({ ...assessment('Unhealthy', later(1)), id });

    const [found] = (await list<Recommendation>('recommendations?limit=1000')).filter((one) => one.id === id);
    expect(found).toMatchObject({ name: 'Exported', severity: 'high', estimated_effort: 'low' });
  });
});

describe('an exported alert', () => {
  const alert = (status: string, processed: string) => ({
    VendorName: 'Microsoft',
    AlertType: 'K8S_AdmissionController',
    ProductName: 'Microsoft Defender for Cloud',
    StartTimeUtc: '2026-06-01T08:32:12.950321Z',
    EndTimeUtc: '2026-06-01T08:32:12.950321Z',
    TimeGenerated: '2026-06-01T09:19:16.485Z',
    ProcessingEndTime: processed,
    Severity: 'Medium',
    Status: status,
    IsIncident: false,
    SystemAlertId: '57963b4b-3cb0-dc3a-16ed-f1e216311809',
    Intent: 'Persistence, CredentialAccess',
    AzureResourceId: account.resource_id,
    AlertDisplayName: 'Creation of admission webhook configuration detected',
    Description: 'A new admission webhook.',
    Entities: [{ $id: '4', Type: 'K8s-cluster' }, { $ref: '5' }],
    RemediationSteps: ['Look at it.'],
    ExtendedProperties: { 'Resource type': 'x', ProductComponentName: 'Containers' },
    ResourceIdentifiers: [{ $id: '2', AzureResourceId: account.resource_id, Type: 'AzureResource' }],
    AlertUri: `https://portal.azure.com/#blade/Microsoft_Azure_Security_AzureDefenderForData/AlertBlade/alertId/57963b4b-3cb0-dc3a-16ed-f1e216311809/subscriptionId/${subscriptionId}/resourceGroup/rg-k8s/referencedFrom/alertDeepLink/location/centralus`,
  });

  it('raises AlertTriggered once, goes through the processors, and follows its status', async () => {
    await send(alert('New', '2026-06-01T09:19:16.538Z'));
    await send(alert('New', '2026-06-01T09:19:16.538Z'));
    const events: CloudEvent[] = [];
    await drain(world.bus, eventsQueue, async (body) => {
      events.push(...(body as CloudEvent[]).filter(({ type }) => type === 'AlertTriggered'));
      await world.services.security.alerts.acceptEvents(body as unknown[]);
    });
    await world.process();
    await send(alert('Dismissed', '2026-06-01T09:19:16.538Z'));
    await send(alert('New', '2026-06-01T09:00:00Z'));
    const [found] = await list<Alert & { processing: { status: string }[]; product: string }>('alerts');

    expect(events).toHaveLength(1);
    expect(found).toMatchObject({
      azure_id: `/subscriptions/${subscriptionId}/resourceGroups/rg-k8s/providers/Microsoft.Security/locations/centralus/alerts/57963b4b-3cb0-dc3a-16ed-f1e216311809`,
      alert_type: 'K8S_AdmissionController',
      status: 'Dismissed',
      severity: 'medium',
      intent: ['Persistence', 'CredentialAccess'],
      resource_ids: [account.resource_id],
      product: 'Containers',
      properties: { 'Resource type': 'x' },
    });
    expect(found?.processing.map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
  });
});

describe('the status of an alert that was set here', () => {
  it('is not undone by what was exported before', async () => {
    const raised = await fetch(`${world.simulator.url}/simulator/alerts`, {
      method: 'POST',
      body: JSON.stringify({ resourceId: account.resource_id, alertType: 'KV_PutGetAnomaly' }),
    });
    const { id } = (await raised.json()) as { id: string };
    await world.read('defender');
    const listed = async () =>
      (await list<Alert>('alerts?limit=100')).find(({ azure_id }) => azure_id === id);
    const before = await listed();
    const sentAt = new Date();
    const exported = {
      type: 'Microsoft.Security/Locations/alerts',
      id,
      properties: {
        alertType: 'KV_PutGetAnomaly',
        status: 'InProgress',
        timeGeneratedUtc: before?.generated_at,
      },
    };
    await world.call(`PATCH /api/v1/security/alerts/${before?.id}`, { status: 'Dismissed' });
    await sendAt(sentAt, exported);
    const kept = await listed();
    await send({ ...exported, properties: { ...exported.properties, processingEndTimeUtc: later(1) } });

    expect([before?.status, kept?.status, (await listed())?.status]).toEqual([
      'Active',
      'Dismissed',
      'InProgress',
    ]);
  });
});

describe('exported scores, findings and regulatory compliance', () => {
  const enrichment = { action: 'Insert', apiVersion: '2020-01-01', isSnapshot: false };

  it('are where a read would have brought them', async () => {
    const scores = `/subscriptions/${subscriptionId}/providers/Microsoft.Security/secureScores/ascScore`;
    await send(
      {
        securityEventDataEnrichment: enrichment,
        id: scores,
        name: 'ascScore',
        type: 'Microsoft.Security/secureScores',
        properties: { displayName: 'ASC score', score: { max: 58, current: 29, percentage: 0.5 }, weight: 7 },
      },
      {
        securityEventDataEnrichment: enrichment,
        id: `${scores}/secureScoreControls/61702b76-1fab-41f2-bcbc-50b7870dcf38`,
        name: '61702b76-1fab-41f2-bcbc-50b7870dcf38',
        type: 'Microsoft.Security/secureScores/secureScoreControls',
        properties: { displayName: 'Apply system updates', score: { max: 6, current: 0, percentage: 0 } },
      },
      {
        $type: 'subAssessmentEvent',
        SecurityEventDataEnrichment: { Action: 'Insert', ApiVersion: '2020-01-01', IsSnapshot: false },
        Type: 'Microsoft.Security/assessments/subAssessments',
        Id: `${account.id}/subassessments/93d2736e-7329-8806-3ef6-e71bb2203d11`,
        Name: '93d2736e-7329-8806-3ef6-e71bb2203d11',
        Properties: {
          DisplayName: 'Ensure DCCP is disabled',
          Status: { Code: 'Unhealthy', Severity: 'Low' },
          TimeGenerated: later(0),
          AdditionalData: { Cve: [{ Title: 'CVE-2026-1' }] },
        },
      },
      {
        securityEventDataEnrichment: { action: 'Write', interval: '00:00:00' },
        id: `/subscriptions/${subscriptionId}/providers/Microsoft.Security/regulatoryComplianceStandards/SOC-2/regulatoryComplianceControls/LT.5/regulatoryComplianceAssessments/45cfe080-ceb1-a91e-9743-71551ed24e94`,
        name: '45cfe080-ceb1-a91e-9743-71551ed24e94',
        type: 'Microsoft.Security/regulatoryComplianceStandards/regulatoryComplianceControls/regulatoryComplianceAssessments',
        properties: { description: 'Logging', state: 'Failed', passedResources: 1, failedResources: 2 },
      },
    );

    const [score] = (await list<Record<string, unknown>>(
      `secure-score?subscriptionId=${subscriptionId}`,
    )) as {
      percentage: number;
      controls: { display_name: string }[];
      history: { percentage: number }[];
    }[];
    expect(score?.percentage).toBe(50);
    expect(score?.history.at(-1)?.percentage).toBe(50);
    expect(score?.controls.map(({ display_name }) => display_name)).toContain('Apply system updates');
    const { json } = await world.call(`GET /api/v1/security/assessments${account.id}`);
    expect(json.findings).toEqual([
      expect.objectContaining({ name: 'Ensure DCCP is disabled', severity: 'low', cve: ['CVE-2026-1'] }),
    ]);
    expect(await list('regulatory-compliance?framework=SOC-2')).toEqual([
      expect.objectContaining({
        standard: 'SOC-2',
        state: 'Failed',
        failed: 1,
        controls: [expect.objectContaining({ name: 'LT.5', state: 'Failed', failed: 1 })],
      }),
    ]);
  });
});

describe('the tenant of an item', () => {
  it('is the owner of its subscription; one that nobody has onboarded is left out', async () => {
    const { services } = world;
    const [other, foreign, nobodys] = [1, 2, 3].map(() => crypto.randomUUID());
    const { segments } = services.storeOf(other ?? '');
    await segments.claim(foreign ?? '');
    await segments.register(foreign ?? '', { state: 'Enabled' });
    const key = await services.identity.createKey({ tenantId: other ?? '', role: 'owner', name: 'other' });
    const mine = await list<Assessment>('assessments?limit=1000');
    const at = (id: string | undefined) => ({
      ...assessment('Unhealthy', later(20)),
      id: account.id.replace(subscriptionId, id ?? ''),
    });
    await send(at(foreign), at(nobodys));

    const { json } = await callApi(services, 'GET /api/v1/security/assessments', { key });
    expect((json.data as Assessment[]).map(({ subscription_id }) => subscription_id)).toEqual([foreign]);
    expect(await list<Assessment>('assessments?limit=1000')).toEqual(mine);
    const { data } = await services.connectors.list(world.tenantId);
    expect(JSON.stringify(data)).not.toContain(nobodys);
  });
});

describe('what is not understood', () => {
  it('is counted or recorded, holds up nothing, and is a gap until the next read', async () => {
    const before = await source();
    await send(
      'not JSON {',
      { type: 'Microsoft.Security/attackPaths', id: `/subscriptions/${subscriptionId}/x` },
      { type: 'Microsoft.Security/secureScores', properties: {} },
      { ...assessment('Unhealthy', later(9)), id: `/subscriptions/${subscriptionId}` },
      { ...assessment('Unhealthy', later(9)), id: account.id.replace(subscriptionId, crypto.randomUUID()) },
      [assessment('Unhealthy', later(10))],
    );
    const after = await source();
    const health = await world.call('GET /health');
    await world.read('defender');
    const mended = await source();

    expect(before.gaps).toEqual([]);
    expect(after.gaps).toEqual([
      expect.objectContaining({
        subscription_id: '',
        scope: 'continuousExport',
        kind: 'malformed',
        reason: expect.stringMatching(/^2 left out.* partition 0, sequence number \d+: id: /),
      }),
    ]);
    const own = after.subscriptions.find((one) => one.subscription_id === subscriptionId);
    expect(own?.received).toMatchObject({ counts: { unknown_type: 2 } });
    expect(health.json).toMatchObject({ checks: { 'source defender': { status: 'failing' } } });
    expect(mended.gaps).toEqual([]);
  });
});
