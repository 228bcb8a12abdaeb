import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CloudEvent, eventsQueue } from '#features/events/index.ts';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';

type Budget = {
  id: string;
  subscription_id: string;
  amount: number;
  spent: number;
  forecast: number;
  is_crossed: boolean;
  thresholds: { percent: number; type: string; is_crossed: boolean }[];
};

type Alert = CloudEvent<
  string,
  { alert_type: string; threshold_type: string; threshold_percent: number; message: string }
>;

let world: World;
beforeAll(async () => {
  world = await startWorld({ environment: { COST_HISTORY_MONTHS: '1' } });
  await world.read('cost');
}, 60_000);
afterAll(() => world.stop());

async function list(query = ''): Promise<Budget[]> {
  const { status, json, text } = await world.call(`GET /api/v1/costs/budgets${query}`);
  expect(status, text).toBe(200);
  return json.data as Budget[];
}

/** Alerts of budgets that were raised since this was asked last. */
async function alerts(): Promise<Alert[]> {
  const found: Alert[] = [];
  await drain(world.bus, eventsQueue, async (body) => {
    found.push(...(body as Alert[]).filter(({ data }) => data.alert_type === 'cost.budget'));
  });
  return found;
}

it('are what Azure says of each subscription, and cross what they have crossed', async () => {
  const budgets = await list();

  expect(budgets.map((one) => one.subscription_id).sort()).toEqual(
    [...world.simulator.subscriptionIds].sort(),
  );
  for (const { amount, spent, forecast, thresholds, is_crossed } of budgets) {
    const crossed = thresholds.map(({ percent, type }) => {
      return (type === 'Actual' ? spent : forecast) > (amount * percent) / 100;
    });
    expect(thresholds).toHaveLength(4);
    expect(thresholds.map((one) => one.is_crossed)).toEqual(crossed);
    expect(is_crossed).toBe(crossed.includes(true));
  }
  const crossed = budgets.filter(({ is_crossed }) => is_crossed).map(({ id }) => id);
  expect((await list('?isCrossed=true')).map(({ id }) => id)).toEqual(crossed);
});

it('raise an alert for each threshold that is crossed, once, however often they are read', async () => {
  const budgets = await list();
  const crossed = budgets.flatMap(({ id, thresholds }) =>
    thresholds.filter((one) => one.is_crossed).map(({ percent, type }) => `${id}|${type}|${percent}`),
  );
  const first = await alerts();

  await world.read('cost');

  expect(
    first.map(({ subject, data }) => `${subject}|${data.threshold_type}|${data.threshold_percent}`).sort(),
  ).toEqual(crossed.sort());
  expect(crossed.length).toBeGreaterThan(0);
  expect(first[0]?.data).toMatchObject({
    currency: expect.any(String),
    message: expect.stringContaining('budget "monthly"'),
  });
  expect(await alerts()).toEqual([]);
});

it('that may not be read are a gap that names the role, beside costs that may', async () => {
  const [first = ''] = world.simulator.subscriptionIds;
  world.simulator.setFaults({ refusedPaths: [`${first}/providers/Microsoft.Consumption`] });

  await world.services.connectors.run({
    tenantId: world.tenantId,
    subscriptionId: first,
    connector: 'cost',
    attempt: 4,
  });
  const { json } = await world.call('GET /api/v1/costs/budgets');
  world.simulator.setFaults({});

  expect(json.gaps).toMatchObject([
    { subscription_id: first, scope: 'budgets', kind: 'refused', role: 'Cost Management Reader' },
  ]);
  expect((json.data as Budget[]).length).toBe(world.simulator.subscriptionIds.length);
});

it('of other subscriptions are not shown to a limited key', async () => {
  const [first = ''] = world.simulator.subscriptionIds;
  const { services, tenantId } = world;
  const key = await services.identity.createKey({
    tenantId,
    role: 'viewer',
    name: 'limited',
    scopes: { access: 'read', subscriptions: [first], features: null },
  });

  const { json } = await callApi(services, 'GET /api/v1/costs/budgets', { key });

  expect((json.data as Budget[]).map((one) => one.subscription_id)).toEqual([first]);
});
