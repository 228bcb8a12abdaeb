import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';

type Group = {
  group: string;
  subscription_id: string | null;
  currency: string;
  cost: number;
  series: { date: string; cost: number }[];
};
type List = {
  totals: { currency: string; cost: number }[];
  data: Group[];
  nextCursor: string | null;
  gaps: { kind: string; scope: string; role: string | null; reason: string; subscription_id: string }[];
  as_of: string | null;
};

const today = new Date().toISOString().slice(0, 10);
let world: World;
beforeAll(async () => {
  world = await startWorld({ environment: { COST_HISTORY_MONTHS: '1' } });
  await world.read('cost');
}, 60_000);
afterAll(() => world.stop());

async function list(query: string): Promise<List> {
  const { status, json, text } = await world.call(`GET /api/v1/costs?${query}`);
  expect(status, text).toBe(200);
  return json as unknown as List;
}

/** What Cost Management itself says of a subscription, by resource and day. */
async function truthOf(subscriptionId: string, from: string, to: string): Promise<Map<string, number>> {
  const url = `${world.simulator.url}/subscriptions/${subscriptionId}/providers/Microsoft.CostManagement/query?api-version=2025-03-01`;
  const body = JSON.stringify({
    type: 'ActualCost',
    timeframe: 'Custom',
    timePeriod: { from: `${from}T00:00:00Z`, to: `${to}T23:59:59Z` },
    dataset: {
      granularity: 'Daily',
      aggregation: { totalCost: { name: 'Cost', function: 'Sum' } },
      grouping: [{ type: 'Dimension', name: 'ResourceType' }],
    },
  });
  const answer = await (await fetch(url, { method: 'POST', body })).json();
  const { rows } = (answer as { properties: { rows: [number, number, string, string][] } }).properties;
  const sums = new Map<string, number>();
  for (const [cost, , type] of rows) sums.set(type, (sums.get(type) ?? 0) + cost);
  return sums;
}

describe('costs', () => {
  it('are what Cost Management says, currencies apart', async () => {
    const [subscription = ''] = world.simulator.subscriptionIds;
    const days = [5, 4, 3].map((back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10));
    const [from = '', , to = ''] = days;

    const truth = await truthOf(subscription, from, to);
    const byType = await list(
      `groupBy=resourceType&from=${from}&to=${to}&subscriptionId=${subscription}&limit=100`,
    );
    const all = await list(`groupBy=subscription&from=${from}&to=${to}`);

    expect(byType.data.map(({ group }) => group).sort()).toEqual([...truth.keys()].sort());
    for (const { group, cost } of byType.data) expect(cost).toBeCloseTo(truth.get(group) ?? 0, 1);
    expect(byType.data[0]?.series.map(({ date }) => date)).toEqual(days);
    expect(all.totals.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    expect(all.data).toHaveLength(world.simulator.subscriptionIds.length);
    const usd = all.data.filter(({ currency }) => currency === 'USD');
    const sum = usd.reduce((total, { cost }) => total + cost, 0);
    expect(all.totals[1]?.cost).toBeCloseTo(sum, 2);
  });

  it.each(['resourceGroup', 'location', 'resource', 'tag:environment'])(
    'by %s add up to the whole',
    async (groupBy) => {
      const whole = await list('groupBy=subscription');

      const sums = new Map<string, number>();
      let cursor = '';
      for (let pages = 0; pages < 50; pages += 1) {
        const page = await list(`groupBy=${groupBy}&limit=40${cursor}`);
        for (const { currency, cost } of page.data) sums.set(currency, (sums.get(currency) ?? 0) + cost);
        if (page.nextCursor === null) break;
        cursor = `&cursor=${page.nextCursor}`;
      }

      for (const { currency, cost } of whole.totals) expect(sums.get(currency)).toBeCloseTo(cost, 1);
    },
  );

  it('by month are the sums of the days', async () => {
    const from = `${today.slice(0, 7)}-01`;

    const daily = await list(`groupBy=resourceGroup&from=${from}&limit=1`);
    const monthly = await list(`groupBy=resourceGroup&granularity=monthly&from=${from}&limit=1`);

    expect(monthly.data[0]?.series).toEqual([{ date: today.slice(0, 7), cost: monthly.data[0]?.cost }]);
    expect(monthly.data[0]?.cost).toBeCloseTo(daily.data[0]?.cost ?? 0, 2);
  });

  it('of one resource are had by its ARM id and its short id', async () => {
    const { data } = await list('groupBy=resource&limit=1');
    const id = data[0]?.group ?? '';
    const { json: resource } = await world.call(`GET /api/v1/resources${id}`);

    const byArmId = await world.call(`GET /api/v1/resources${id}/costs`);
    const byShortId = await world.call(
      `GET /api/v1/resources/${String(resource.id)}/costs?granularity=monthly`,
    );
    const unknown = await world.call(
      `GET /api/v1/resources/subscriptions/${world.simulator.subscriptionIds[0]}/resourceGroups/x/providers/Microsoft.X/y/z/costs`,
    );

    expect(byArmId.json).toMatchObject({ data: [{ cost: data[0]?.cost, series: data[0]?.series }] });
    expect(byShortId.status).toBe(200);
    expect(unknown.status).toBe(404);
  });

  it('read again write only what changed', async () => {
    await world.read('cost');
    const { json } = await world.call('GET /api/v1/connectors');

    const source = (
      json.data as { name: string; subscriptions: { counts: Record<string, number>; state: string }[] }[]
    ).find(({ name }) => name === 'cost');
    expect(source?.subscriptions.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete']);
    for (const { counts } of source?.subscriptions ?? []) {
      // Of the current month the last two days grow with the time of day; nothing else is written.
      expect(counts.months).toBeLessThanOrEqual(2);
      expect(counts.resource_months).toBeGreaterThan(20);
    }
  });

  it('show a limited key its subscriptions alone', async () => {
    const [first = '', second = ''] = world.simulator.subscriptionIds;
    const { services, tenantId } = world;
    const key = await services.identity.createKey({
      tenantId,
      role: 'viewer',
      name: 'limited',
      scopes: { access: 'read', subscriptions: [first], features: null },
    });

    const all = await callApi(services, 'GET /api/v1/costs', { key });
    const other = await callApi(services, `GET /api/v1/costs?subscriptionId=${second}`, { key });
    const { data } = await list(`groupBy=resource&subscriptionId=${second}&limit=1`);
    const resource = await callApi(services, `GET /api/v1/resources${data[0]?.group}/costs`, { key });

    expect((all.json as unknown as List).data.map(({ group }) => group)).toEqual([first]);
    expect((other.json as unknown as List).data).toEqual([]);
    expect(resource.status).toBe(404);
  });

  it.each([
    ['groupBy=colour', 'groupBy'],
    ['from=2026-02-30', 'from'],
    ['from=2026-03-02&to=2026-03-01', 'from'],
    ['from=2020-01-01', 'from'],
    ['cursor=abc', 'cursor'],
    ['limit=0', 'limit'],
  ])('%s is refused, by name', async (query, field) => {
    const { status, json } = await world.call(`GET /api/v1/costs?${query}`);

    expect(status).toBe(400);
    expect(JSON.stringify(json)).toContain(`"${field}"`);
  });
});

describe('what Cost Management does not give', () => {
  const run = (subscriptionId: string) =>
    world.services.connectors.run({
      tenantId: world.tenantId,
      subscriptionId,
      connector: 'cost',
      attempt: 4,
    });

  it('is a gap: a permission by its role, an offer that is not served, a quota that is used up', async () => {
    const [first = '', second = '', third = ''] = world.simulator.subscriptionIds;
    world.simulator.setFaults({
      refusedPaths: [`${first}/providers/Microsoft.CostManagement`],
      costUnsupported: [second],
      costQuota: [{ seconds: 3600, units: 1 }],
    });

    for (const id of [first, second, third, third]) await run(id);
    const { gaps, data } = await list('groupBy=subscription');
    const health = await world.call('GET /health');
    world.simulator.setFaults({});

    const own = gaps.filter(({ scope }) => scope === 'costs');
    expect(own.map((gap) => [gap.subscription_id, gap.kind, gap.role]).sort()).toEqual(
      [
        [first, 'refused', 'Cost Management Reader'],
        [second, 'off', null],
        [third, 'throttled', null],
      ].sort(),
    );
    expect(own.find(({ kind }) => kind === 'off')?.reason).toContain('offer type');
    // What was read before is still there.
    expect(data).toHaveLength(3);
    expect(health.text).toContain('source cost');
  });

  it('for some seconds is waited for, as its own header says', async () => {
    const [first = ''] = world.simulator.subscriptionIds;
    world.simulator.setFaults({ costQuota: [{ seconds: 2, units: 1 }] });
    await run(first);
    const started = performance.now();

    await run(first);
    const { gaps } = await list(`subscriptionId=${first}`);
    world.simulator.setFaults({});

    expect(performance.now() - started).toBeGreaterThan(800);
    expect(gaps).toEqual([]);
  });
});
