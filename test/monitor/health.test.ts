import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '#features/events/index.ts';
import { startWorld, type World } from '../security/world.ts';

type State = {
  resource_id: string;
  subscription_id: string;
  state: string;
  reason: string | null;
  since: string;
};
type Transition = { resource_id: string; from: string | null; to: string; at: string };
type ServiceEvent = { tracking_id: string; subscription_id: string; status: string; type: string };
type Page<T> = { data: T[]; nextCursor: string | null; gaps: Record<string, unknown>[] };
type Alert = CloudEvent<'AlertTriggered', Record<string, unknown>>;

const ISSUE = 'VT1-ABC';
let world: World;

beforeAll(async () => {
  world = await startWorld();
  await world.read('resource_health');
}, 60_000);
afterAll(() => world.stop());

async function get<T>(path: string): Promise<Page<T>> {
  const { status, json, text } = await world.call(`GET /api/v1${path}`);
  if (status !== 200) throw new Error(text);
  return json as unknown as Page<T>;
}

const resources = (query = '?limit=1000') => get<State>(`/resource-health${query}`);
const transitions = (query = '?limit=1000') => get<Transition>(`/resource-health/transitions${query}`);
const serviceEvents = (query = '?limit=1000') => get<ServiceEvent>(`/service-health${query}`);

async function tell(path: string, body: object): Promise<void> {
  const response = await fetch(`${world.simulator.url}/simulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Alerts of health on the queue `events`. */
async function alerts(): Promise<Alert[]> {
  const client = new ServiceBusClient(world.bus);
  const messages = await client.createReceiver('events').peekMessages(1000);
  await client.close();
  return messages
    .flatMap(({ body }) => body as Alert[])
    .filter(({ type, source }) => type === 'AlertTriggered' && source.endsWith('/monitor'));
}

async function available(): Promise<State> {
  const { data } = await resources('?state=Available&limit=1');
  const [one] = data;
  if (!one) throw new Error('nothing is available');
  return one;
}

describe('resource health', () => {
  it('tells of every resource whose provider does, the unwell first', async () => {
    const { data, gaps } = await resources();
    const states = data.map(({ state }) => state);
    const order = ['Unavailable', 'Degraded', 'Unknown', 'Available'];

    expect(data.length).toBeGreaterThan(100);
    expect(states).toEqual(states.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)));
    expect(states).toContain('Unavailable');
    expect(gaps).toEqual([]);
  });

  it('is filtered by state, reason, resource and subscription', async () => {
    const { data: all } = await resources();
    const [one] = all;
    const unavailable = await resources('?limit=1000&state=unavailable');
    const stopped = await resources('?limit=1000&reason=UserInitiated');
    const single = await resources(`?resourceId=${encodeURIComponent(one?.resource_id.toUpperCase() ?? '')}`);
    const subscription = await resources(`?limit=1000&subscriptionId=${one?.subscription_id}`);
    const none = await resources('?resourceId=/subscriptions/x');

    expect(unavailable.data).toEqual(all.filter(({ state }) => state === 'Unavailable'));
    expect(stopped.data.length).toBeGreaterThan(0);
    expect(single.data).toEqual([one]);
    expect(subscription.data).toEqual(
      all.filter(({ subscription_id }) => subscription_id === one?.subscription_id),
    );
    expect(none.data).toEqual([]);
  });

  it('raises no alert for what users had stopped before', async () => {
    const stopped = new Set(
      (await resources('?limit=1000&reason=UserInitiated')).data.map((one) => one.resource_id),
    );

    expect((await alerts()).filter(({ subject }) => stopped.has(subject))).toEqual([]);
  });

  it('records a transition to Unavailable and back, and raises one alert', async () => {
    const { resource_id: resourceId } = await available();
    await tell('health', { resourceId, availabilityState: 'Unavailable' });
    await world.read('resource_health');
    await world.read('resource_health');
    const now = await resources(`?resourceId=${encodeURIComponent(resourceId)}`);
    await tell('health', { resourceId, availabilityState: null });
    await world.read('resource_health');
    const { data } = await transitions(`?resourceId=${encodeURIComponent(resourceId)}`);
    const raised = (await alerts()).filter(({ subject }) => subject === resourceId);

    expect(now.data.map(({ state }) => state)).toEqual(['Unavailable']);
    expect(data.map(({ from, to }) => [from, to])).toEqual(
      expect.arrayContaining([
        ['Available', 'Unavailable'],
        ['Unavailable', 'Available'],
      ]),
    );
    expect(raised).toHaveLength(1);
    expect(raised[0]).toMatchObject({
      subject: resourceId,
      data: { alert_type: 'resource_health.unavailable', severity: 'high', resource_id: resourceId },
    });
  });

  it('keeps a state that nobody documented, and leaves out what names no resource', async () => {
    const { resource_id: resourceId } = await available();
    await tell('health', { resourceId, availabilityState: 'Hibernating' });
    await world.read('resource_health');
    const { data } = await resources(`?resourceId=${encodeURIComponent(resourceId)}`);
    const listed = await resources('?limit=1000&state=hibernating');
    await tell('health', { resourceId, availabilityState: null });

    expect([data[0]?.state, listed.data.map((one) => one.resource_id)]).toEqual([
      'Hibernating',
      [resourceId],
    ]);
  });

  it('forgets resources that are gone, and writes nothing where nothing changed', async () => {
    const before = await resources();
    const gone = new Set(
      world.simulator
        .change(60)
        .filter(({ kind }) => kind === 'Delete')
        .map(({ target }) => target.toLowerCase()),
    );
    await world.read('resource_health');
    const after = await resources();

    expect(before.data.some(({ resource_id }) => gone.has(resource_id.toLowerCase()))).toBe(true);
    expect(after.data.some(({ resource_id }) => gone.has(resource_id.toLowerCase()))).toBe(false);
    await world.read('resource_health');
    const { json } = await world.call('GET /api/v1/connectors');
    const sources = json.data as { name: string; subscriptions: { counts: Record<string, number> }[] }[];
    const own = sources.find(({ name }) => name === 'resource_health')?.subscriptions ?? [];
    expect(own.map(({ counts }) => counts.resources_written)).toEqual([0, 0, 0]);
  });
});

describe('service health', () => {
  it('raises an alert once a subscription for an active issue, and tells when it is over', async () => {
    await tell('service-health', { trackingId: ISSUE });
    await tell('service-health', { trackingId: 'PM-1', eventType: 'PlannedMaintenance' });
    await world.read('resource_health');
    const active = await serviceEvents('?status=Active&type=ServiceIssue');
    await world.read('resource_health');
    await tell('service-health', { trackingId: ISSUE, status: 'Resolved' });
    await world.read('resource_health');
    const all = await serviceEvents();
    const raised = (await alerts()).filter(({ subject }) => subject.endsWith(ISSUE));

    expect(active.data.filter(({ tracking_id }) => tracking_id === ISSUE)).toHaveLength(3);
    expect(all.data.filter(({ tracking_id }) => tracking_id === ISSUE).map(({ status }) => status)).toEqual([
      'Resolved',
      'Resolved',
      'Resolved',
    ]);
    expect(raised.map(({ data }) => [data.alert_type, data.severity])).toEqual([
      ['service_health.issue', 'high'],
      ['service_health.issue', 'high'],
      ['service_health.issue', 'high'],
    ]);
    expect(new Set(raised.map(({ data }) => data.subscription_id)).size).toBe(3);
  });

  it('is filtered by region and service', async () => {
    const there = await serviceEvents('?limit=1000&region=westeurope&service=machines');
    const nowhere = await serviceEvents('?region=Atlantis');

    expect(there.data.map(({ tracking_id }) => tracking_id)).toContain('PM-1');
    expect(nowhere.data).toEqual([]);
  });

  it.each(['resource-health?limit=0', 'resource-health/transitions?from=x', 'service-health?nonsense=1'])(
    '%s is refused',
    async (target) => {
      expect((await world.call(`GET /api/v1/${target}`)).status).toBe(400);
    },
  );
});

describe('what cannot be read', () => {
  it('is a gap with its reason, and what was known stays', async () => {
    const before = await resources();
    const [subscriptionId = ''] = world.simulator.subscriptionIds;
    world.simulator.setFaults({
      refusedPaths: ['/availabilityStatuses'],
      unregistered: [{ subscriptionId, namespace: 'Microsoft.ResourceHealth' }],
    });
    await world.read('resource_health');
    world.simulator.setFaults({});
    const { data, gaps } = await resources();

    expect(data).toEqual(before.data);
    expect(gaps.map(({ scope, kind }) => [scope, kind].join(' ')).sort()).toEqual([
      'availabilityStatuses refused',
      'availabilityStatuses refused',
      'availabilityStatuses refused',
      'serviceEvents off',
    ]);
    expect(gaps.find(({ kind }) => kind === 'refused')).toMatchObject({ role: 'Monitoring Reader' });
    await world.read('resource_health');
    expect((await resources()).gaps).toEqual([]);
  });

  it('an alert that could not be sent is sent by the next read', async () => {
    const { services } = world;
    const { resource_id: resourceId } = await available();
    const ofResource = async () => (await alerts()).filter(({ subject }) => subject === resourceId);
    const before = await ofResource();
    await tell('health', { resourceId, availabilityState: 'Unavailable' });
    const send = services.queues.send.bind(services.queues);
    services.queues.send = async (queue, messages) => {
      if (queue.name === 'events') throw new Error('the broker is away');
      await send(queue, messages);
    };
    await expect(world.read('resource_health')).rejects.toThrow('the broker is away');
    services.queues.send = send;
    const unsent = await ofResource();
    await world.read('resource_health');
    const sent = await ofResource();

    expect([unsent.length - before.length, sent.length - before.length]).toEqual([0, 1]);
  });
});

describe('unified metrics', () => {
  it('count what is unavailable and degraded, and transitions are forgotten after their time', async () => {
    const { services, tenantId } = world;
    await world.read('resource_health');
    await services.metrics.roll(tenantId);
    const { json } = await world.call('GET /api/v1/metrics/unified');
    const unavailable = await resources('?limit=1000&state=Unavailable');

    expect(json.total).toMatchObject({ monitor: { unavailable: unavailable.data.length } });
    expect(await services.monitor.forget(tenantId)).toMatchObject({ activity: 0 });
  });
});
