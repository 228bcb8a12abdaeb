import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '#features/events/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { alertsQueue } from '#features/security/index.ts';
import { createServices } from '../../src/services.ts';
import { drain } from '../support/drain.ts';
import { startWorld, type World } from './world.ts';

type Alert = {
  id: string;
  azure_id: string;
  alert_type: string;
  severity: string;
  status: string;
  resource_ids: string[];
  subscription_id: string;
  generated_at: string;
  processing: {
    processor: string;
    status: string;
    attempts: number;
    summary: string | null;
    error: string | null;
    details: Record<string, unknown>;
  }[];
};

const ALERT_TYPE = 'Storage.Blob_OpenContainersScanning.SuccessfulDiscovery';
let world: World;
let accounts: string[];

beforeAll(async () => {
  world = await startWorld();
  await world.read('defender');
  const text = await (await fetch(`${world.simulator.url}/simulator/truth`)).text();
  accounts = text
    .split('\n')
    .filter((line) => line.includes('"type":"microsoft.storage/storageaccounts"'))
    .map((line) => (JSON.parse(line) as { id: string }).id);
}, 60_000);
afterAll(() => world.stop());

async function alerts(query = ''): Promise<Alert[]> {
  const { status, json, text } = await world.call(`GET /api/v1/security/alerts${query}`);
  if (status !== 200) throw new Error(text);
  return json.data as Alert[];
}

async function raise(index: number): Promise<string> {
  const response = await fetch(`${world.simulator.url}/simulator/alerts`, {
    method: 'POST',
    body: JSON.stringify({ resourceId: accounts[index], alertType: ALERT_TYPE }),
  });
  return ((await response.json()) as { id: string }).id;
}

async function statusInAzure(id: string): Promise<string | undefined> {
  const url = `${world.simulator.url}/subscriptions/${id.split('/')[2]}/providers/Microsoft.Security/alerts?api-version=2022-01-01`;
  const { value } = (await (await fetch(url)).json()) as {
    value: { id: string; properties: { status: string } }[];
  };
  return value.find((alert) => alert.id === id)?.properties.status;
}

describe('an alert', () => {
  it('raises AlertTriggered once, however often it is read, and every processor says what it makes of it', async () => {
    const id = await raise(0);
    const events: CloudEvent[] = [];
    await world.read('defender');
    await world.read('defender');
    await drain(world.bus, eventsQueue, async (body) => {
      events.push(...(body as CloudEvent[]).filter(({ type }) => type === 'AlertTriggered'));
      await world.services.security.alerts.acceptEvents(body as unknown[]);
    });
    await world.process();
    const [alert] = await alerts();

    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      subject: id,
      data: {
        alert_type: `defender.${ALERT_TYPE}`,
        severity: 'high',
        alert_id: alert?.id,
        azure_id: id,
        resource_id: alert?.resource_ids[0],
      },
    });
    expect(alert).toMatchObject({ azure_id: id, status: 'Active', alert_type: ALERT_TYPE });
    expect(alert?.processing.map(({ processor, status, attempts }) => [processor, status, attempts])).toEqual(
      [
        ['compliance', 'succeeded', 1],
        ['policy_violation', 'succeeded', 1],
        ['security', 'succeeded', 1],
      ],
    );
  });

  it('is made by drift that leaves something exposed', async () => {
    const response = await fetch(`${world.simulator.url}/simulator/drift`, {
      method: 'POST',
      body: JSON.stringify({ changes: 150 }),
    });
    await response.json();
    await world.read('defender');
    await world.process();

    const found = await alerts('?limit=1000');
    expect(found.length).toBeGreaterThan(1);
    const security = found
      .flatMap(({ processing }) => processing)
      .filter(({ processor }) => processor === 'security');
    expect(security.some(({ details }) => (details.open_recommendations as unknown[]).length > 0)).toBe(true);
    const compliance = found
      .flatMap(({ processing }) => processing)
      .filter(({ processor }) => processor === 'compliance');
    expect(compliance.some(({ summary }) => summary?.includes('Microsoft-cloud-security-benchmark'))).toBe(
      true,
    );
  });

  it('is listed newest first, filtered by status, severity, time, resource', async () => {
    const all = await alerts('?limit=1000');
    const [newest] = all;
    const times = all.map(({ generated_at }) => generated_at);

    expect(times).toEqual(times.toSorted().reverse());
    expect(await alerts('?limit=1000&severity=low')).toEqual([]);
    expect(await alerts('?limit=1000&status=dismissed')).toEqual([]);
    expect(await alerts('?limit=1000&status=active,inprogress')).toEqual(all);
    expect(await alerts(`?since=${encodeURIComponent(newest?.generated_at ?? '')}`)).toEqual(
      all.filter(({ generated_at }) => generated_at === newest?.generated_at),
    );
    expect(await alerts(`?limit=1000&until=${encodeURIComponent(newest?.generated_at ?? '')}`)).toEqual(
      all.filter(({ generated_at }) => generated_at < (newest?.generated_at ?? '')),
    );
    expect(
      (await alerts(`?resourceId=${encodeURIComponent(newest?.resource_ids[0] ?? '')}`)).map(({ id }) => id),
    ).toContain(newest?.id);
  });

  it.each([
    ['Dismissed', 'Dismissed'],
    ['InProgress', 'InProgress'],
    ['Resolved', 'Resolved'],
    ['Active', 'Active'],
  ])('is set %s in Azure, and stays so with the next sync', async (status, inAzure) => {
    const [alert] = await alerts();

    const { json, status: code } = await world.call(
      `PATCH /api/v1/security/alerts/${encodeURIComponent(alert?.azure_id ?? '')}`,
      { status },
    );
    await world.read('defender');
    const [after] = await alerts();

    expect([code, json.status, await statusInAzure(alert?.azure_id ?? '')]).toEqual([200, status, inAzure]);
    expect(after).toMatchObject({ id: alert?.id, status, processing: alert?.processing });
  });

  it('is left alone where nobody may write, where Azure refuses, and where there is none, each with a next step', async () => {
    const [alert] = await alerts();
    const { AZURE_WRITER_CLIENT_ID: _none, ...settings } = world.services.settings;
    const readOnly = createServices({ ...settings, AZURE_WRITER_CLIENT_ID: undefined });
    const key = await readOnly.identity.createKey({ tenantId: world.tenantId, role: 'operator', name: 'o' });
    const request = new Request(`http://x/api/v1/security/alerts/${alert?.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'Dismissed' }),
    });
    const unset = await (await readOnly.api.handle(request, () => undefined)).json();
    world.simulator.setFaults({ refusedPaths: ['/dismiss'] });
    const refused = await world.call(`PATCH /api/v1/security/alerts/${alert?.id}`, { status: 'Dismissed' });
    world.simulator.setFaults({});
    const missing = await world.call('PATCH /api/v1/security/alerts/alr_1', { status: 'Dismissed' });
    const wrong = await world.call(`PATCH /api/v1/security/alerts/${alert?.id}`, { status: 'Gone' });

    expect(unset).toMatchObject({ status: 409, next: expect.stringContaining('AZURE_WRITER_CLIENT_ID') });
    expect(refused.json).toMatchObject({ status: 409, next: expect.stringContaining('Security Admin') });
    expect([missing.status, wrong.status]).toEqual([404, 400]);
    expect(await statusInAzure(alert?.azure_id ?? '')).toBe('Active');
  });
});

describe('a processor that fails', () => {
  it('is tried again by a message of its own, and holds up no other', async () => {
    const broken = {
      name: 'broken',
      canProcess: () => true,
      process: async () => Promise.reject(new Error('no ticket system')),
    };
    const { AlertProcessing } = await import('#features/security/alerts/processing.ts');
    const { SecurityStore } = await import('#features/security/store.ts');
    const store = new SecurityStore(world.tenantId, world.services.tables);
    const { queues, clock } = world.services;
    const processing = new AlertProcessing({ queues, clock, storeOf: () => store, processors: [broken] });
    const [alert] = await alerts();
    const rowKey = `a|${alert?.id.slice(36)}`;
    const message = {
      tenantId: world.tenantId,
      subscriptionId: alert?.subscription_id ?? '',
      rowKey,
      processor: 'broken',
    };

    await processing.process({ ...message, attempt: 1 });
    const first = (await alerts())
      .find(({ id }) => id === alert?.id)
      ?.processing.find(({ processor }) => processor === 'broken');
    const client = new ServiceBusClient(world.bus);
    const waiting = await client.createReceiver(alertsQueue.name).peekMessages(10);
    await client.close();
    await processing.process({ ...message, attempt: 6 });
    const last = (await alerts())
      .find(({ id }) => id === alert?.id)
      ?.processing.find(({ processor }) => processor === 'broken');

    expect(first).toMatchObject({ status: 'retrying', attempts: 1, error: 'no ticket system' });
    expect(waiting.map(({ body }) => body)).toEqual([{ ...message, attempt: 2 }]);
    expect(last).toMatchObject({ status: 'failed', attempts: 6 });
    expect(
      alert?.processing
        .filter(({ processor }) => processor !== 'broken')
        .every(({ status }) => status === 'succeeded'),
    ).toBe(true);
  });
});
