import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluationMessage, evaluationsQueue } from '#features/compliance/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';

type Money = { currency: string; cost: number };
type Idle = {
  resource_id: string;
  subscription_id: string;
  rule: string;
  cost: number;
  currency: string | null;
  since: string;
};
type IdleList = {
  resources: number;
  totals: Money[];
  by_rule: { rule: string; resources: number; source: string }[];
  data: Idle[];
  nextCursor: string | null;
};
type Share = { resources: number; costs: Money[] };
type NonCompliance = Share & {
  as_of: string | null;
  by_severity: (Share & { severity: string })[];
  data: (Share & { policy_id: string; severity: string })[];
};
type Truth = { id: string; type: string; sku?: { tier?: string }; properties: Record<string, unknown> };

let world: World;
beforeAll(async () => {
  world = await startWorld({
    environment: { COST_HISTORY_MONTHS: '1', STARTER_PACK_ASSIGNED: 'true' },
    azure: { estateSize: 900 },
  });
  const { services, bus } = world;
  await drain(bus, eventsQueue, (body) =>
    services.compliance.forward(body as Parameters<typeof services.compliance.forward>[0]),
  );
  await drain(bus, evaluationsQueue, (body) => services.compliance.work(EvaluationMessage.parse(body)));
  await world.read('cost');
}, 120_000);
afterAll(() => world.stop());

async function get<T>(path: string): Promise<T> {
  const { status, json, text } = await world.call(`GET /api/v1${path}`);
  expect(status, text).toBe(200);
  return json as T;
}

async function truth(): Promise<Truth[]> {
  const text = await (await fetch(`${world.simulator.url}/simulator/truth`)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Truth);
}

/** What is idle in Azure, told in other words than the product's. */
function idleIn({ type, sku, properties }: Truth): boolean {
  switch (type.toLowerCase()) {
    case 'microsoft.compute/disks':
      return properties.diskState === 'Unattached';
    case 'microsoft.network/publicipaddresses':
      return !properties.ipConfiguration && !properties.natGateway;
    case 'microsoft.compute/virtualmachines':
      return JSON.stringify(properties.extended ?? {}).includes('PowerState/stopped');
    case 'microsoft.web/serverfarms':
      return properties.numberOfSites === 0 && sku?.tier !== 'Dynamic';
    default:
      return false;
  }
}

describe('idle resources', () => {
  it('are those of the estate, each with a rule, its source and its costs', async () => {
    const idle = await get<IdleList>('/costs/idle?limit=1000');
    const expected = (await truth()).filter(idleIn).map(({ id }) => id.toLowerCase());

    expect(idle.data.map(({ resource_id }) => resource_id.toLowerCase()).sort()).toEqual(expected.sort());
    expect(idle.resources).toBe(expected.length);
    expect(idle.by_rule.filter(({ resources }) => resources > 0).length).toBeGreaterThanOrEqual(3);
    for (const { source } of idle.by_rule) expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    for (const { currency, cost } of idle.totals) {
      const own = idle.data.filter((one) => one.currency === currency);
      expect(own.reduce((sum, one) => sum + one.cost, 0)).toBeCloseTo(cost, 1);
      expect(own.map((one) => one.cost)).toEqual(own.map((one) => one.cost).toSorted((a, b) => b - a));
    }
  });

  it('cost what their resources cost in these thirty days', async () => {
    const { data } = await get<IdleList & { data: { from: string; to: string }[] }>('/costs/idle?limit=1');
    const [one] = data;
    const { data: costs } = await get<{ data: Money[] }>(
      `/resources${one?.resource_id}/costs?from=${one?.from}&to=${one?.to}`,
    );

    expect(one?.cost).toBeGreaterThan(0);
    expect(costs).toMatchObject([{ currency: one?.currency }]);
    expect(costs[0]?.cost).toBeCloseTo(one?.cost ?? 0, 2);
  });

  it('are had by rule, a page at a time, and of the subscriptions of a key', async () => {
    const all = await get<IdleList>('/costs/idle?limit=1000');
    const disks = await get<IdleList>('/costs/idle?rule=unattached_disk&limit=1000');
    const pages: Idle[] = [];
    let cursor = '';
    for (let count = 0; count < 100; count += 1) {
      const page = await get<IdleList>(`/costs/idle?limit=7${cursor}`);
      pages.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    const [first = ''] = world.simulator.subscriptionIds;
    const key = await world.services.identity.createKey({
      tenantId: world.tenantId,
      role: 'viewer',
      name: 'limited',
      scopes: { access: 'read', subscriptions: [first], features: null },
    });
    const limited = await callApi(world.services, 'GET /api/v1/costs/idle?limit=1000', { key });
    const unknown = await world.call('GET /api/v1/costs/idle?rule=lazy');

    expect(disks.data).toEqual(all.data.filter(({ rule }) => rule === 'unattached_disk'));
    expect(pages).toEqual(all.data);
    expect((limited.json as unknown as IdleList).data).toEqual(
      all.data.filter(({ subscription_id }) => subscription_id === first),
    );
    expect(unknown.status).toBe(400);
  });

  it('stay since when they were found, and go when they are in use', async () => {
    const before = await get<IdleList>('/costs/idle?limit=1000');
    await world.read('cost');
    const after = await get<IdleList>('/costs/idle?limit=1000');

    expect(after.data.map(({ resource_id, since }) => [resource_id, since]).sort()).toEqual(
      before.data.map(({ resource_id, since }) => [resource_id, since]).sort(),
    );
  });
});

describe('costs of non-compliance', () => {
  it('are those of the violating resources, each once', async () => {
    const costs = await get<NonCompliance>('/costs/non-compliance?limit=1000');
    const summary = await get<{
      resources: { non_compliant: number };
      by_policy: { policy_id: string; non_compliant: number }[];
    }>('/compliance');

    expect(costs.as_of).not.toBeNull();
    expect(costs.resources).toBeGreaterThan(10);
    expect(costs.resources).toBe(summary.resources.non_compliant);
    expect(costs.by_severity.reduce((sum, { resources }) => sum + resources, 0)).toBe(costs.resources);
    for (const { currency, cost } of costs.costs) {
      const parts = costs.by_severity.flatMap((part) =>
        part.costs.filter((one) => one.currency === currency),
      );
      expect(parts.reduce((sum, part) => sum + part.cost, 0)).toBeCloseTo(cost, 1);
      expect(cost).toBeGreaterThan(0);
    }
    expect(new Set(costs.data.map(({ policy_id }) => policy_id))).toEqual(
      new Set(summary.by_policy.filter((one) => one.non_compliant > 0).map((one) => one.policy_id)),
    );
  });

  it('are had by severity', async () => {
    const { data } = await get<NonCompliance>('/costs/non-compliance?severity=high&limit=1000');

    expect(data.length).toBeGreaterThan(0);
    expect(new Set(data.map(({ severity }) => severity))).toEqual(new Set(['high']));
  });
});

it('costs are numbers of the unified metrics, currencies apart', async () => {
  await world.services.metrics.roll(world.tenantId);
  const today = new Date().toISOString().slice(0, 10);
  const { total } = await get<{ total: { cost: Record<string, number> } }>('/metrics/unified');
  const { totals } = await get<{ totals: Money[] }>(`/costs?from=${today.slice(0, 7)}-01`);

  for (const { currency, cost } of totals)
    expect(total.cost[`month_to_date_${currency.toLowerCase()}`]).toBeCloseTo(cost, 1);
});
