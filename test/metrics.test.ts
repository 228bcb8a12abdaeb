import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalize, InventoryStore, Publisher, toResourceDocument } from '#features/inventory/index.ts';
import {
  inventorySource,
  type MetricSource,
  MetricStore,
  Metrics,
  metricRoutes,
} from '#features/metrics/index.ts';
import { Api } from '#http/api.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import { manualClock, startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '99999999-9999-4999-8999-999999999999';
const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
let emulators: Awaited<ReturnType<typeof startEmulators>>;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

type Answer = {
  asOf: string | null;
  total: Record<string, Record<string, number>>;
  groups: { group: string; latest: Record<string, Record<string, number>>; series: { at: string }[] }[];
  groupCount: number;
  timeRange: { interval: string };
};

function newTenant(tenantId: string, sources: readonly MetricSource[] = []) {
  const clock = manualClock('2026-01-10T10:20:00.000Z');
  const publisher = new Publisher(emulators.queues);
  const store = new InventoryStore(tenantId, { ...emulators, clock, publisher });
  const rollups = new MetricStore(tenantId, emulators.tables);
  const metrics = new Metrics({
    storeOf: () => rollups,
    inventoryOf: () => store,
    sources: [inventorySource(() => store), ...sources],
    clock,
  });

  async function put(subscription: string, name: string, options: { group?: string; tags?: object } = {}) {
    const { group = 'rg', tags = {} } = options;
    const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Test/things/${name}`;
    const document = toResourceDocument({ id, location: 'westeurope', tags, properties: {} });
    if (!document) throw new Error('not a resource');
    await store.write(subscription, [
      {
        kind: 'put',
        next: canonicalize(document),
        source: 'azure',
        annotations: {},
        apiVersion: undefined,
        previous: undefined,
        cause: { by: 'sync' },
      },
    ]);
    await publisher.flush();
  }

  async function ask(
    query: string,
    subscriptions?: readonly string[],
  ): Promise<{ status: number; body: Answer }> {
    const principal: Principal = {
      tenantId,
      id: 'v',
      kind: 'key',
      name: 'v',
      roles: ['viewer'],
      scopes: { ...UNSCOPED, subscriptions },
    };
    const api = new Api({
      routes: metricRoutes(metrics),
      authenticate: async () => principal,
      maxBodyBytes: 1000,
    });
    const response = await api.handle(
      new Request(`http://product/api/v1/metrics/unified?${query}`),
      () => undefined,
    );
    return { status: response.status, body: (await response.json()) as Answer };
  }

  return { clock, metrics, put, ask };
}

describe('unified metrics', () => {
  it('count by every aggregation, over time, from rollups', async () => {
    const { clock, metrics, put, ask } = newTenant(TENANT, [violations]);
    await put(ONE, 'a', { tags: { Environment: 'prod' } });
    await put(ONE, 'b', { group: 'other', tags: { environment: 'dev' } });
    await put(TWO, 'c', { tags: { environment: 'prod' } });
    await metrics.roll(TENANT);
    clock.advance(3_600_000);
    await put(TWO, 'd');
    await metrics.roll(TENANT);

    const bySubscription = await ask('aggregation=subscription&timeRange=24h');
    const byTag = await ask('aggregation=tag:environment');
    const byGroup = await ask('aggregation=resourceGroup&timeRange=30d');
    const one = await ask(`aggregation=subscription&subscriptionId=${ONE}`);

    expect(bySubscription.body).toMatchObject({
      asOf: '2026-01-10T11:00:00.000Z',
      total: { inventory: { resources: 4 }, compliance: { non_compliant: 1 } },
      groupCount: 2,
    });
    expect(bySubscription.body.groups.find(({ group }) => group === TWO)?.series).toEqual([
      {
        at: '2026-01-10T10:00:00.000Z',
        numbers: { inventory: { resources: 1 }, operations: { created: 1 } },
      },
      {
        at: '2026-01-10T11:00:00.000Z',
        numbers: { inventory: { resources: 2 }, operations: { created: 1 } },
      },
    ]);
    expect(byTag.body.groups.map(({ group, latest }) => [group, latest.inventory?.resources])).toEqual([
      ['prod', 2],
      ['dev', 1],
    ]);
    expect(byGroup.body.timeRange.interval).toBe('day');
    expect(byGroup.body.groups.map(({ group, latest }) => [group, latest.inventory?.resources])).toEqual([
      ['rg', 3],
      ['other', 1],
    ]);
    expect(one.body.groups.map(({ group }) => group)).toEqual([ONE]);
  });

  it('see the numbers that came last, also where an instance has answered before', async () => {
    const { clock, metrics, put, ask } = newTenant('22222222-2222-4222-8222-222222222222');
    await put(ONE, 'a');
    await metrics.roll('22222222-2222-4222-8222-222222222222');
    const first = await ask('timeRange=24h');
    await put(ONE, 'b');
    await metrics.roll('22222222-2222-4222-8222-222222222222');
    const second = await ask('timeRange=24h');
    clock.advance(5 * 3_600_000);
    const later = await ask('timeRange=24h');

    expect([first, second, later].map(({ body }) => body.total.inventory?.resources)).toEqual([1, 2, 2]);
  });

  it('show a caller his subscriptions only, and another tenant nothing', async () => {
    const { metrics, put, ask } = newTenant('33333333-3333-4333-8333-333333333333');
    await put(ONE, 'a');
    await put(TWO, 'b');
    await metrics.roll('33333333-3333-4333-8333-333333333333');

    const limited = await ask('aggregation=subscription', [TWO]);
    const asked = await ask(`subscriptionId=${ONE}`, [TWO]);
    const other = await newTenant(OTHER).ask('aggregation=subscription');

    expect(limited.body.groups.map(({ group }) => group)).toEqual([TWO]);
    expect([asked.body.groupCount, other.body.groupCount, other.body.asOf]).toEqual([0, 0, null]);
  });

  it('are forgotten after their time', async () => {
    const { clock, metrics, put, ask } = newTenant('44444444-4444-4444-8444-444444444444');
    await put(ONE, 'a');
    await metrics.roll('44444444-4444-4444-8444-444444444444');
    clock.advance(9 * 86_400_000);
    const removed = await metrics.forget('44444444-4444-4444-8444-444444444444');
    const days = await ask('timeRange=30d');

    expect(removed).toBe(1);
    expect(days.body.groupCount).toBe(1);
  });

  it.each(['aggregation=colour', 'timeRange=forever', 'timeRange=999w', 'limit=0', 'nonsense=1'])(
    '%s is refused',
    async (query) => {
      const { status } = await newTenant(OTHER).ask(query);

      expect(status).toBe(400);
    },
  );
});

/** A source of the test's own: the resource named a violates something. */
const violations: MetricSource = {
  async *collect({ segment }) {
    if (segment !== ONE) return;
    const resourceId = `/subscriptions/${ONE}/resourceGroups/rg/providers/Microsoft.Test/things/a`;
    yield [{ section: 'compliance', numbers: { non_compliant: 1 }, resourceId }];
  },
};
