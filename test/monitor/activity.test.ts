import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncMessage, syncQueue } from '#features/discovery/index.ts';
import type { Change } from '#local/azure/index.ts';
import { startWorld, type World } from '../security/world.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';

type Entry = {
  id: string;
  at: string;
  actor: string | null;
  caller: string | null;
  operation: string;
  category: string;
  status: string;
  resource_id: string;
  subscription_id: string;
  correlation_id: string;
};
type Page<T> = { data: T[]; nextCursor: string | null; gaps: Record<string, unknown>[] };
type Recorded = { kind: string; actor: string | null; activity_id?: string; correlation_id: string | null };

let world: World;
let changes: readonly Change[];

beforeAll(async () => {
  world = await startWorld();
  changes = world.simulator.change(60);
  await sync();
  await world.read('activity_log');
}, 60_000);
afterAll(() => world.stop());

/** Reads the whole estate, as a sync does: nobody says who changed what. */
async function sync(): Promise<void> {
  const { services, tenantId, bus } = world;
  await services.discovery.startSync(tenantId);
  await drain(bus, syncQueue, (body) => services.discovery.syncSubscription(SyncMessage.parse(body)));
}

async function get<T>(path: string): Promise<T> {
  const { status, json, text } = await world.call(`GET /api/v1${path}`);
  if (status !== 200) throw new Error(text);
  return json as T;
}

const activity = (query = '') => get<Page<Entry>>(`/activity${query}`);

async function everything(query: string): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Entry> = await activity(`${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
    found.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

describe('GET /activity', () => {
  it('has an entry for the beginning and the end of every change, newest first, page by page', async () => {
    const all = await everything('?limit=7');

    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    const ended = all.filter(({ status }) => status === 'Succeeded');
    expect(ended.map(({ correlation_id }) => correlation_id).sort()).toEqual(
      changes.map(({ correlationId }) => correlationId).sort(),
    );
    const [change] = changes;
    expect(ended.find((entry) => entry.correlation_id === change?.correlationId)).toMatchObject({
      actor: change?.actor.id,
      operation: change?.operation,
      resource_id: change?.subject,
      category: 'Administrative',
    });
  });

  it('is filtered by resource, caller, operation, category, status, correlation, subscription and time', async () => {
    const all = await everything('?limit=1000');
    const [one] = all;
    const median = all[Math.floor(all.length / 2)]?.at ?? '';
    const expectations: [query: string, keep: (entry: Entry) => boolean][] = [
      [
        `resourceId=${encodeURIComponent((one?.resource_id ?? '').toUpperCase())}`,
        (entry) => entry.resource_id === one?.resource_id,
      ],
      [
        `caller=${one?.actor?.slice(0, 6)}`,
        (entry) => `${entry.actor} ${entry.caller}`.includes(one?.actor?.slice(0, 6) ?? ''),
      ],
      ['operation=microsoft.storage/', ({ operation }) => operation.startsWith('Microsoft.Storage/')],
      ['category=Policy', () => false],
      ['status=failed,started', ({ status }) => status !== 'Succeeded'],
      [`correlationId=${one?.correlation_id}`, (entry) => entry.correlation_id === one?.correlation_id],
      [`subscriptionId=${one?.subscription_id}`, (entry) => entry.subscription_id === one?.subscription_id],
      [`from=${median}`, ({ at }) => at >= median],
      [`to=${median}`, ({ at }) => at <= median],
    ];

    for (const [query, keep] of expectations)
      expect([query, (await everything(`?limit=1000&${query}`)).map(({ id }) => id)]).toEqual([
        query,
        all.filter(keep).map(({ id }) => id),
      ]);
  });

  it.each(['limit=0', 'from=yesterday', 'cursor=x', 'nonsense=1', 'subscriptionId=x'])(
    '%s is refused',
    async (query) => {
      expect((await world.call(`GET /api/v1/activity?${query}`)).status).toBe(400);
    },
  );

  it('shows a key that is limited to subscriptions their entries only', async () => {
    const { services, tenantId, simulator } = world;
    const [only = ''] = simulator.subscriptionIds;
    const scopes = { access: 'read' as const, subscriptions: [only.toLowerCase()], features: null };
    const key = await services.identity.createKey({ tenantId, role: 'viewer', name: 'limited', scopes });
    const { json } = await callApi(services, 'GET /api/v1/activity?limit=1000', { key });
    const other = await services.identity.createKey({
      tenantId: '99999999-9999-4999-8999-999999999999',
      role: 'owner',
      name: 'stranger',
    });
    const strange = await callApi(services, 'GET /api/v1/activity', { key: other });

    const { data } = json as unknown as Page<Entry>;
    expect(new Set(data.map(({ subscription_id }) => subscription_id))).toEqual(
      new Set([only.toLowerCase()]),
    );
    expect((strange.json as unknown as Page<Entry>).data).toEqual([]);
  });
});

describe('the history of the inventory', () => {
  it('names who made what the sync found, and nobody where two may have', async () => {
    const byTarget = Map.groupBy(changes, ({ target }) => target.toLowerCase());
    let named = 0;
    for (const [target, made] of byTarget) {
      const { json } = await world.call(`GET /api/v1/resources${target}/history`);
      const [latest] = (json as { data?: Recorded[] }).data ?? [];
      const actors = new Set(made.map(({ actor }) => actor.id));
      if (made.some(({ kind }) => kind === 'Delete') && made.length > 1) continue;
      if (!latest || (latest.kind === 'created' && made[0]?.kind !== 'Create')) continue;
      expect([target, latest.actor]).toEqual([target, actors.size === 1 ? [...actors][0] : null]);
      if (actors.size > 1) continue;
      named += 1;
      expect(latest.activity_id).toBeDefined();
      expect(made.map(({ correlationId }) => correlationId)).toContain(latest.correlation_id);
    }

    expect(named).toBeGreaterThan(30);
  });

  it('is told the same by /changes, and found there by the actor', async () => {
    const { data } = await get<Page<Recorded & { resource_id: string }>>('/changes?limit=60');
    const [one] = data.filter(({ activity_id }) => activity_id !== undefined);
    const found = await get<Page<Recorded>>(
      `/changes?limit=1000&actor=${encodeURIComponent(one?.actor ?? '')}`,
    );

    expect(data.filter(({ actor }) => actor !== null).length).toBeGreaterThan(30);
    expect(found.data.length).toBeGreaterThan(0);
    expect(new Set(found.data.map(({ actor }) => actor))).toEqual(new Set([one?.actor]));
  });

  it('takes a name back when an entry comes late that makes it doubtful', async () => {
    const { services, simulator, tenantId } = world;
    const [subscriptionId = ''] = simulator.subscriptionIds;
    const segment = subscriptionId.toLowerCase();
    const store = services.activityOf(tenantId);
    const before = await services.monitor.attributions(tenantId).ofCommits(segment, 0, 1_000_000);
    const [[place, { activityId }] = ['', { activityId: '' }]] = [...before];
    const entry = (await everything(`?limit=1000&subscriptionId=${subscriptionId}`)).find(
      ({ id }) => id === activityId,
    );
    const records = [];
    for await (const page of store.between(segment, {
      from: '2000-01-01T00:00:00.000Z',
      to: '2100-01-01T00:00:00.000Z',
    }))
      records.push(...page);
    const original = records.find(({ id }) => id === entry?.id);
    if (!original) throw new Error('no entry');
    await store.add(segment, [
      { ...original, id: 'late', actor: 'mallory@contoso.com', correlationId: 'late' },
    ]);
    await world.read('activity_log');
    const after = await services.monitor.attributions(tenantId).ofCommits(segment, 0, 1_000_000);

    expect(after.has(place)).toBe(false);
    expect(after.size).toBeGreaterThan(before.size / 2);
  });
});

describe('reading it again', () => {
  it('writes nothing twice, reads an hour back, and goes on into the past', async () => {
    const before = await everything('?limit=1000');
    await world.read('activity_log');
    const after = await everything('?limit=1000');
    const { data } = await get<{
      data: { name: string; subscriptions: { counts: Record<string, number> }[] }[];
    }>('/connectors');

    expect(after).toEqual(before);
    const own = data.find(({ name }) => name === 'activity_log')?.subscriptions ?? [];
    expect(own.map(({ counts }) => counts.added)).toEqual([0, 0, 0]);
    expect(own.some(({ counts }) => (counts.read ?? 0) > 0)).toBe(true);
  });

  it('finds what came late', async () => {
    world.simulator.setFaults({ activityDelaySeconds: 600 });
    const [late] = world.simulator.change(1);
    await world.read('activity_log');
    const missing = await everything(`?correlationId=${late?.correlationId}`);
    world.simulator.setFaults({});
    await world.read('activity_log');
    const found = await everything(`?correlationId=${late?.correlationId}`);

    expect([missing.length, found.length >= 2]).toEqual([0, true]);
  });

  it('names the role where Azure refuses, and shows what there was', async () => {
    const before = await everything('?limit=1000');
    world.simulator.setFaults({ refusedPaths: ['eventtypes'] });
    await world.read('activity_log');
    world.simulator.setFaults({});
    const { data, gaps } = await activity('?limit=1000');
    const health = await world.call('GET /health');

    expect(data).toEqual(before);
    expect(gaps).toHaveLength(3);
    expect(gaps[0]).toMatchObject({ scope: 'activityLog', kind: 'refused', role: 'Monitoring Reader' });
    expect(health.json).toMatchObject({
      checks: { 'source activity_log': { status: 'failing', reason: 'refused' } },
    });
    await world.read('activity_log');
    expect((await activity()).gaps).toEqual([]);
  });

  it('goes on after throttling', async () => {
    world.simulator.setFaults({ throttle: { every: 2, retryAfterSeconds: 0 } });
    const [change] = world.simulator.change(1);
    await world.read('activity_log');
    world.simulator.setFaults({});

    expect((await everything(`?correlationId=${change?.correlationId}`)).length).toBeGreaterThanOrEqual(2);
  });
});

describe('retention', () => {
  it('removes entries that are too old, by both their rows, and no others', async () => {
    const { services, tenantId, simulator } = world;
    const [subscriptionId = ''] = simulator.subscriptionIds;
    const segment = subscriptionId.toLowerCase();
    const before = await everything(`?limit=1000&subscriptionId=${subscriptionId}`);
    const cut = before[Math.floor(before.length / 2)]?.at ?? '';
    const removed = await services.activityOf(tenantId).forget(segment, cut);
    const after = await everything(`?limit=1000&subscriptionId=${subscriptionId}`);
    const gone = before.find(({ at }) => at < cut);

    expect(after).toEqual(before.filter(({ at }) => at >= cut));
    expect(removed).toBe(before.length - after.length);
    const ofResource = await everything(
      `?resourceId=${encodeURIComponent(gone?.resource_id ?? '')}&to=${gone?.at}`,
    );
    expect(ofResource).toEqual([]);
    expect(await services.monitor.forget(tenantId)).toMatchObject({ activity: 0, attributions: 0 });
  });
});
