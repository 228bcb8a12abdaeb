import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';

type Point = { at: string; average?: number; maximum?: number; total?: number; count?: number };
type Answer = {
  resource_id: string;
  is_collected: boolean;
  timeRange: { interval: string };
  metrics: { name: string; unit: string; aggregation: string; series: Point[] }[];
  gaps: Record<string, unknown>[];
};
type Source = {
  name: string;
  subscriptions: { state: string; counts: Record<string, number> }[];
  gaps: { scope: string; kind: string; role: string | null }[];
};

const DAY_MS = 86_400_000;
let world: World;
let ids: ReadonlyMap<string, string[]>;

beforeAll(async () => {
  world = await startWorld();
  await world.read('resource_metrics');
  const { json } = await world.call('GET /api/v1/resources?limit=1000&fields=id,resource_type');
  const data = json.data as { id: string; resource_type: string }[];
  const groups = Map.groupBy(data, ({ resource_type }) => resource_type);
  ids = new Map([...groups].map(([type, members]) => [type, members.map(({ id }) => id)]));
}, 60_000);
afterAll(() => world.stop());

async function metrics(id: string, query = ''): Promise<Answer> {
  const { status, json, text } = await world.call(`GET /api/v1/resources${id}/metrics${query}`);
  if (status !== 200) throw new Error(text);
  return json as unknown as Answer;
}

async function source(): Promise<Source> {
  const { json } = await world.call('GET /api/v1/connectors');
  const found = (json.data as Source[]).find(({ name }) => name === 'resource_metrics');
  if (!found) throw new Error('no source');
  return found;
}

const first = (type: string): string => ids.get(type)?.[0] ?? '';
const ACCOUNT = 'Microsoft.Storage/storageAccounts';

describe('GET /resources/{id}/metrics', () => {
  it('tells what was measured hour by hour, and day by day', async () => {
    const id = first(ACCOUNT);
    const hours = await metrics(id);
    const days = await metrics(id, '?timeRange=8d');
    const week = await metrics(id, '?timeRange=7d&metric=transactions');

    expect(hours).toMatchObject({ resource_id: id, is_collected: true, gaps: [] });
    expect(hours.metrics.map(({ name, aggregation }) => `${name} ${aggregation}`)).toEqual([
      'Transactions total',
      'Availability average',
      'UsedCapacity average',
    ]);
    const [transactions, availability] = hours.metrics;
    expect(transactions?.series).toHaveLength(24);
    expect(Object.keys(transactions?.series[0] ?? {})).toEqual(['at', 'total']);
    expect(availability?.series.every(({ average = 0 }) => average > 98)).toBe(true);
    expect([days.timeRange.interval, week.timeRange.interval]).toEqual(['day', 'hour']);
    expect(week.metrics.map(({ name }) => name)).toEqual(['Transactions']);
    const [day] = days.metrics[0]?.series.slice(2) ?? [];
    const ofDay = week.metrics[0]?.series.filter(({ at }) => at.slice(0, 10) === day?.at.slice(0, 10)) ?? [];
    expect(ofDay).toHaveLength(24);
    expect(day?.total).toBeCloseTo(
      ofDay.reduce((sum, { total = 0 }) => sum + total, 0),
      3,
    );
  });

  it('has the load of days and weeks, and nothing of machines that stand still', async () => {
    const machines = ids.get('Microsoft.Compute/virtualMachines') ?? [];
    const answers = await Promise.all(machines.map((id) => metrics(id, '?timeRange=7d')));
    const series = answers.map(({ metrics: all }) => all[0]?.series ?? []);
    const busy = series.flat().filter(({ at }) => at.includes('T12:') || at.includes('T13:'));
    const quiet = series.flat().filter(({ at }) => at.includes('T02:') || at.includes('T03:'));
    const mean = (points: Point[]) =>
      points.reduce((sum, { average = 0 }) => sum + average, 0) / points.length;

    expect(series.some((points) => points.length === 0)).toBe(true);
    expect(mean(busy)).toBeGreaterThan(1.5 * mean(quiet));
  });

  it('says of a type that is not measured that it is not, and of an unknown resource 404', async () => {
    const network = await metrics(first('Microsoft.Network/virtualNetworks'));
    const nothing = await world.call('GET /api/v1/resources/subscriptions/x/metrics');

    expect([network.is_collected, network.metrics, nothing.status]).toEqual([false, [], 404]);
  });

  it.each(['timeRange=forever', 'timeRange=500d', 'interval=minute', 'nonsense=1'])(
    '%s is refused',
    async (query) => {
      const { status } = await world.call(`GET /api/v1/resources${first(ACCOUNT)}/metrics?${query}`);

      expect(status).toBe(400);
    },
  );

  it('hides resources of subscriptions that the caller may not see', async () => {
    const { services, tenantId, simulator } = world;
    const id = first(ACCOUNT);
    const other = simulator.subscriptionIds.find((one) => !id.includes(one)) ?? '';
    const scopes = { access: 'read' as const, subscriptions: [other], features: null };
    const key = await services.identity.createKey({ tenantId, role: 'viewer', name: 'limited', scopes });

    expect((await callApi(services, `GET /api/v1/resources${id}/metrics`, { key })).status).toBe(404);
  });
});

describe('what others take from it', () => {
  it('a resource by day, and a day of all resources', async () => {
    const { services, tenantId } = world;
    const id = first(ACCOUNT);
    const [, , subscriptionId = ''] = id.split('/');
    const days = await services.monitor.dailyMetrics(tenantId, id, 7);
    const whole = days.filter(({ hours }) => hours === 24);
    const [day] = whole;
    const all = [];
    for await (const page of services.monitor.metricsOfDay(tenantId, subscriptionId, day?.date ?? ''))
      all.push(...page);

    expect(whole.length).toBeGreaterThanOrEqual(6);
    expect(day?.metrics.Transactions?.total).toBeGreaterThan(0);
    expect(all.find(({ resourceId }) => resourceId === id)).toEqual(day);
    expect(all.length).toBeGreaterThan(10);
  });

  it('unified metrics: totals, and averages as sum and count', async () => {
    const { services, tenantId } = world;
    await services.metrics.roll(tenantId);
    const { json } = await world.call('GET /api/v1/metrics/unified?aggregation=resourceType');
    const groups = json.groups as { group: string; latest: Record<string, Record<string, number>> }[];
    const monitor = (type: string) => groups.find(({ group }) => group === type)?.latest.monitor ?? {};
    const accounts = ids.get(ACCOUNT) ?? [];

    expect(monitor('microsoft.storage/storageaccounts')).toMatchObject({
      storage_availability_percent_count: accounts.length,
    });
    const { storage_availability_percent_sum: sum = 0 } = monitor('microsoft.storage/storageaccounts');
    expect(sum / accounts.length).toBeGreaterThan(98);
    expect(monitor('microsoft.web/sites').web_requests).toBeGreaterThan(0);
  });
});

describe('reading it', () => {
  it('asks for 50 resources of one region and type a call, and for what is new only', async () => {
    const before = await source();
    await world.read('resource_metrics');
    const after = await source();
    const sum = ({ subscriptions }: Source, name: string) =>
      subscriptions.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);

    expect(sum(before, 'calls')).toBeLessThan(sum(before, 'resources') / 2);
    expect(sum(after, 'resources')).toBe(sum(before, 'resources'));
    expect(sum(after, 'hours')).toBeLessThan(sum(before, 'hours') / 20);
  });

  it('goes on without a resource that Azure no longer knows', async () => {
    const gone = world.simulator.change(80).filter(({ kind }) => kind === 'Delete');
    await world.read('resource_metrics');
    const { subscriptions, gaps } = await source();

    expect(gone.length).toBeGreaterThan(0);
    expect(subscriptions.reduce((sum, { counts }) => sum + (counts.unknown ?? 0), 0)).toBeGreaterThan(0);
    expect(gaps).toEqual([]);
  });

  it('names the role where Azure refuses, and asks no further', async () => {
    world.simulator.setFaults({ refusedPaths: ['metrics:getBatch'] });
    await world.read('resource_metrics');
    world.simulator.setFaults({});
    const { gaps, subscriptions } = await source();
    const answer = await metrics(first(ACCOUNT));

    expect(gaps).toHaveLength(3);
    expect(gaps[0]).toMatchObject({ kind: 'refused', role: 'Monitoring Reader' });
    expect(subscriptions.every(({ counts }) => (counts.calls ?? 0) <= 4)).toBe(true);
    expect(answer.gaps).toHaveLength(1);
    expect(answer.metrics[0]?.series.length).toBeGreaterThan(20);
  });

  it('goes on after throttling, and writes the same again', async () => {
    const { tenantId, services } = world;
    const id = first(ACCOUNT);
    await world.read('resource_metrics');
    const before = await services.monitor.dailyMetrics(tenantId, id, 1);
    world.simulator.setFaults({ throttle: { every: 3, retryAfterSeconds: 0 } });
    await world.read('resource_metrics');
    world.simulator.setFaults({});

    expect(await services.monitor.dailyMetrics(tenantId, id, 1)).toEqual(before);
    expect((await source()).gaps).toEqual([]);
  });
});

describe('retention', () => {
  it('removes days that are too old and no others', async () => {
    const { services, tenantId } = world;
    const id = first(ACCOUNT);
    const [, , subscriptionId = ''] = id.split('/');
    const before = await services.monitor.dailyMetrics(tenantId, id, 10);
    const cut = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);
    const removed = await services.monitor.measuredOf(tenantId).forget(subscriptionId, cut);
    const after = await services.monitor.dailyMetrics(tenantId, id, 10);

    expect(removed).toBeGreaterThan(0);
    expect(after).toEqual(before.filter(({ date }) => date >= cut));
    expect(await services.monitor.forget(tenantId)).toMatchObject({ measured: 0 });
  });
});
