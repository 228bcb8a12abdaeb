import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CloudEvent } from '#features/events/index.ts';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';

type Anomaly = {
  id: string;
  subscription_id: string;
  series: string;
  group: string;
  day: string;
  days: number;
  direction: string;
  actual: number;
  expected: number;
  upper: number;
  status: string;
  comment: string | null;
  updated_by: string | null;
  contributors: { resource_id: string; cost: number; usual: number }[];
};
type List = { data: Anomaly[]; nextCursor: string | null };
type Planted = { resourceId: string; subscriptionId: string; from: string; to: string };

const DAY_MS = 86_400_000;
let world: World;
let planted: Planted[];
let first: Planted;

/**
 * Everything happens in a month to come: five days after the last of what the simulator has planted in it, so that
 * this is news. Only the date is not real.
 */
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const now = new Date();
  vi.setSystemTime(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 27, 12));
  world = await startWorld({ azure: { estateSize: 500 } });
  const ofMonth = (await askPlanted()).filter(
    ({ from }) => from.slice(0, 7) === new Date().toISOString().slice(0, 7),
  );
  [first = { resourceId: '', subscriptionId: '', from: '', to: '' }] = ofMonth.toSorted((one, other) =>
    one.to < other.to ? 1 : -1,
  );
  vi.setSystemTime(Date.parse(first.to) + 4.5 * DAY_MS);
  planted = await askPlanted();
  await world.read('cost');
}, 120_000);
afterAll(async () => {
  vi.useRealTimers();
  await world.stop();
});

async function askPlanted(): Promise<Planted[]> {
  const answer = await (await fetch(`${world.simulator.url}/simulator/costs/planted`)).json();
  return (answer as { value: Planted[] }).value;
}

async function list(query = '?limit=1000'): Promise<List> {
  const { status, json, text } = await world.call(`GET /api/v1/costs/anomalies${query}`);
  expect(status, text).toBe(200);
  return json as unknown as List;
}

async function alerts(): Promise<CloudEvent<string, Record<string, unknown>>[]> {
  const client = new ServiceBusClient(world.bus);
  const messages = await client.createReceiver('events').peekMessages(2000);
  await client.close();
  return messages
    .flatMap(({ body }) => body as CloudEvent<string, Record<string, unknown>>[])
    .filter(({ type, data }) => type === 'AlertTriggered' && data.alert_type === 'cost.anomaly');
}

function groupOf({ resourceId }: Planted): string {
  return resourceId.split('/')[4] ?? '';
}

describe('anomalies of costs', () => {
  it('are found where they were planted, with the resource behind them', async () => {
    const { data } = await list('?limit=1000&series=resourceGroup&direction=above');
    const lately = planted.filter(({ from, to }) => {
      const age = (Date.now() - Date.parse(from)) / DAY_MS;
      return age < 44 && Date.parse(to) <= Date.now() - 4 * DAY_MS;
    });

    const found = lately.filter((one) =>
      data.some(
        ({ group, day, subscription_id, contributors }) =>
          subscription_id === one.subscriptionId &&
          group === groupOf(one) &&
          day === one.from.slice(0, 10) &&
          contributors[0]?.resource_id.toLowerCase() === one.resourceId,
      ),
    );
    expect(lately.length).toBeGreaterThanOrEqual(3);
    expect(found).toHaveLength(lately.length);
  });

  it('tell what was, what was to be expected, and what is behind it', async () => {
    const { data } = await list('?limit=1000&series=resourceGroup');
    const one = data.find(({ group, day }) => group === groupOf(first) && day === first.from.slice(0, 10));

    expect(one).toMatchObject({ direction: 'above', status: 'open', comment: null, updated_by: null });
    expect(one?.actual).toBeGreaterThan(one?.upper ?? Number.POSITIVE_INFINITY);
    const [top] = one?.contributors ?? [];
    expect((top?.cost ?? 0) - (top?.usual ?? 0)).toBeGreaterThan(
      ((one?.actual ?? 0) - (one?.expected ?? 0)) * 0.7,
    );
  });

  it('raise one alert each, and only where they are news', async () => {
    const before = await alerts();
    await world.read('cost');
    const after = await alerts();
    const { data } = await list();
    const news = data.filter(
      ({ day }) => Date.parse(day) >= Date.parse(new Date().toISOString().slice(0, 10)) - 10 * DAY_MS,
    );

    expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
    expect(after.map(({ data: { anomaly_id } }) => anomaly_id).sort()).toEqual(
      news.map(({ id }) => id).sort(),
    );
    expect(after.some(({ data: { group } }) => group === groupOf(first))).toBe(true);
  });

  it('are had by series, status and time, a page at a time, newest first', async () => {
    const { data } = await list();
    const types = await list('?limit=1000&series=resourceType,subscription');
    const since = await list(`?limit=1000&from=${first.from.slice(0, 10)}`);
    const until = await list(`?limit=1000&to=${first.from.slice(0, 10)}`);
    const pages: Anomaly[] = [];
    let cursor = '';
    for (let count = 0; count < 100; count += 1) {
      const page = await list(`?limit=2${cursor}`);
      pages.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }

    expect(pages).toEqual(data);
    expect(data.map(({ day }) => day)).toEqual(
      data
        .map(({ day }) => day)
        .sort()
        .reverse(),
    );
    expect(types.data).toEqual(data.filter(({ series }) => series !== 'resourceGroup'));
    expect(since.data).toEqual(data.filter(({ day }) => day >= first.from.slice(0, 10)));
    expect(until.data).toEqual(data.filter(({ day }) => day <= first.from.slice(0, 10)));
    expect((await list('?status=explained')).data).toEqual([]);
  });

  it('are explained by an operator, and stay so when they are read again', async () => {
    const { data } = await list();
    const [one] = data;
    const path = `/api/v1/costs/anomalies/${one?.id}`;
    const key = async (role: 'viewer' | 'operator', subscriptions: string[] | null) =>
      world.services.identity.createKey({
        tenantId: world.tenantId,
        role,
        name: `${role} of costs`,
        scopes: { access: 'write', subscriptions, features: null },
      });
    const body = { status: 'explained', comment: 'load test' };
    const others = world.simulator.subscriptionIds.filter((id) => id !== one?.subscription_id);

    const bare = await world.call(`PATCH ${path}`, { status: 'explained' });
    const viewer = await callApi(world.services, `PATCH ${path}`, { key: await key('viewer', null), body });
    const stranger = await callApi(world.services, `PATCH ${path}`, {
      key: await key('operator', others),
      body,
    });
    const done = await callApi(world.services, `PATCH ${path}`, { key: await key('operator', null), body });
    const unknown = await world.call('PATCH /api/v1/costs/anomalies/ano_x', { status: 'open' });
    await world.read('cost');

    expect([bare.status, viewer.status, stranger.status, done.status, unknown.status]).toEqual([
      400, 403, 404, 200, 404,
    ]);
    const said = { id: one?.id, status: 'explained', comment: 'load test', updated_by: 'operator of costs' };
    expect(done.json).toMatchObject(said);
    expect((await list('?status=explained')).data).toMatchObject([said]);
  });
});
