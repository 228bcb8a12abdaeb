import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AzureSimulator, type FaultSettings, startAzure } from '#local/azure/index.ts';
import { startEmulators } from './support/emulators.ts';
import { type Product, startProduct } from './support/inProcess.ts';
import { differences, readInventory, readTruth, withoutGroups } from './support/truth.ts';

type Stale = { readonly since: string; readonly reason: string };
type Sync = {
  readonly id: string;
  readonly state: string;
  readonly resources: number;
  readonly failed_scopes: readonly { readonly subscription_id: string; scope: string; reason: string }[];
};
type World = { readonly azure: AzureSimulator; readonly product: Product };

let emulators: Awaited<ReturnType<typeof startEmulators>>;
let seed = 0;
const cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(async () => {
  await emulators.stop();
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A tenant and an estate of the test's own; both are gone after it. */
async function start(options: { size?: number; graphLagSeconds?: number } = {}): Promise<World> {
  seed += 1;
  const azure = await startAzure({
    port: 0,
    dataDir: undefined,
    estateSize: options.size ?? 200,
    seed,
    drift: 0,
    retryScale: 0.01,
  });
  const product = await startProduct({
    ...emulators.environment,
    TENANT_ID: azure.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: azure.url,
    GRAPH_LAG_SECONDS: String(options.graphLagSeconds ?? 0),
    INDEX_FRESHNESS_MS: '0',
  });
  azure.setEventGridEndpoint(product.webhookUrl);
  cleanUps.push(async () => {
    await azure.close();
    await product.stop();
  });
  return { azure, product };
}

/** Starts a sync, as often as Azure is said to be away, and follows it to its end. */
async function sync({ product }: World): Promise<Sync> {
  let started = await product.call('POST', '/api/v1/sync');
  for (let attempt = 1; started.status === 503 && attempt < 10; attempt += 1)
    started = await product.call('POST', '/api/v1/sync');
  expect(started, JSON.stringify(started.body)).toMatchObject({ status: 202, body: { joined: false } });
  const { id } = started.body as Sync;
  for (;;) {
    const { body } = await product.call('GET', `/api/v1/sync/${id}`);
    if ((body as Sync).state !== 'running') return body as Sync;
    await pause(50);
  }
}

/** What the inventory and Azure do not agree on. */
async function compare({ azure, product }: World): Promise<string[]> {
  const store = product.services.storeOf(azure.tenantId);
  return differences(await readTruth(azure.url), withoutGroups(await readInventory(store)));
}

/** The simulator's changes have reached us, and we are done with them. */
async function settled({ azure, product }: World): Promise<void> {
  await product.quiet(async () => {
    const status = await fetch(`${azure.url}/simulator/status`).then((response) => response.json());
    return (status as { events: { pending: number } }).events.pending > 0;
  });
}

async function staleScopes({ product }: World): Promise<Record<string, Stale>> {
  const { body } = await product.call('GET', '/api/v1/subscriptions');
  const { data } = body as { data: { stale_scopes: Record<string, Stale> }[] };
  return Object.assign({}, ...data.map(({ stale_scopes }) => stale_scopes)) as Record<string, Stale>;
}

async function getResource(
  { product }: World,
  id: string,
): Promise<{ id: string; stale?: Stale } | undefined> {
  const { status, body } = await product.call('GET', `/api/v1/resources/${encodeURIComponent(id)}`);
  return status === 200 ? (body as { id: string; stale?: Stale }) : undefined;
}

async function anyStorageAccount({ azure }: World): Promise<string> {
  const truth = await readTruth(azure.url);
  const id = [...truth.keys()].find((candidate) => candidate.includes('/microsoft.storage/storageaccounts/'));
  if (!id) throw new Error('the estate has no storage account');
  return id;
}

function groupOf(id: string): string {
  return id.split('/')[4] ?? '';
}

async function deleteInAzure({ azure }: World, id: string): Promise<void> {
  const response = await fetch(`${azure.url}${encodeURI(id)}?api-version=2023-01-01`, { method: 'DELETE' });
  expect(response.status).toBeLessThan(300);
}

/** From here on, changes reach nobody. */
function disconnect({ azure }: World): void {
  azure.setEventGridEndpoint(undefined);
}

describe('a sync ends right, late but complete, with', () => {
  it.each<[string, FaultSettings]>([
    ['throttling', { throttle: { rate: 0.2, retryAfterSeconds: 1 } }],
    ['the real quota of Resource Graph', { graphQuota: { requests: 2, seconds: 1 } }],
    ['500 answers', { serverErrors: { rate: 0.3, status: 500 } }],
    ['503 answers', { serverErrors: { rate: 0.3, status: 503 } }],
    ['connections reset in the middle of an answer', { resets: { rate: 0.3 } }],
    ['slow pages', { slowPages: { milliseconds: 400 } }],
    ['Resource Graph refused', { graphRefused: true }],
    ['Resource Graph refused and connections reset', { graphRefused: true, resets: { rate: 0.05 } }],
  ])('%s', async (_, faults) => {
    const world = await start();
    world.azure.setFaults(faults);

    const first = await sync(world);
    const afterFirst = await compare(world);
    disconnect(world);
    world.azure.change(40);
    const second = await sync(world);
    const afterSecond = await compare(world);

    expect([first.state, second.state]).toEqual(['succeeded', 'succeeded']);
    expect([afterFirst, afterSecond]).toEqual([[], []]);
    expect(await staleScopes(world)).toEqual({});
  });

  it('skip tokens that expire at times', async () => {
    const world = await start({ size: 2600 });
    world.azure.setFaults({ expiredSkipTokens: { rate: 0.2 } });

    const { state, resources } = await sync(world);

    const inventory = await readInventory(world.product.services.storeOf(world.azure.tenantId));
    expect(state).toBe('succeeded');
    expect(resources).toBe(inventory.size);
    expect(await compare(world)).toEqual([]);
  });
});

describe('what cannot be read turns stale and is not deleted:', () => {
  it.each<[string, FaultSettings]>([
    ['refused, Resource Graph answers', {}],
    ['refused, Resource Graph too', { graphRefused: true }],
  ])('a resource group, %s', async (_, faults) => {
    const world = await start();
    await sync(world);
    disconnect(world);
    const id = await anyStorageAccount(world);
    await deleteInAzure(world, id);
    world.azure.setFaults({ ...faults, failingResourceGroups: { names: [groupOf(id)], status: 403 } });

    const partial = await sync(world);
    const [kept, scopes] = [await getResource(world, id), await staleScopes(world)];
    world.azure.setFaults({});
    const whole = await sync(world);

    expect(partial.state).toBe('partial');
    expect(partial.failed_scopes).toMatchObject([
      { scope: groupOf(id), reason: expect.stringContaining('authorization') },
    ]);
    expect(kept?.stale?.reason).toContain('authorization');
    expect(scopes).toMatchObject({ [groupOf(id)]: { reason: expect.stringContaining('authorization') } });
    expect(whole).toMatchObject({ state: 'succeeded', failed_scopes: [] });
    expect(await compare(world)).toEqual([]);
    expect(await getResource(world, id)).toBeUndefined();
    expect(await staleScopes(world)).toEqual({});
  });

  it('every resource of the group, and none of the others', async () => {
    const world = await start();
    await sync(world);
    const id = await anyStorageAccount(world);
    const group = groupOf(id);
    world.azure.setFaults({ graphRefused: true, failingResourceGroups: { names: [group] } });

    await sync(world);
    const { body } = await world.product.call('GET', '/api/v1/resources?limit=1000');
    const { data } = body as { data: { resource_group: string; subscription_id: string; stale?: Stale }[] };
    const inGroup = data.filter(
      (resource) =>
        resource.resource_group.toLowerCase() === group && resource.subscription_id === id.split('/')[2],
    );
    const others = data.filter((resource) => !inGroup.includes(resource));

    expect(inGroup.length).toBeGreaterThan(0);
    expect(inGroup.filter(({ stale }) => stale === undefined)).toEqual([]);
    expect(others.filter(({ stale }) => stale !== undefined)).toEqual([]);
  });

  it('a subscription whose skip tokens always expire', async () => {
    const world = await start({ size: 2600 });
    const { azure } = world;
    await sync(world);
    disconnect(world);
    const before = await readInventory(world.product.services.storeOf(azure.tenantId));
    azure.change(60);
    azure.setFaults({ expiredSkipTokens: true });

    const failed = await sync(world);
    const [during, scopes] = [
      await readInventory(world.product.services.storeOf(azure.tenantId)),
      await staleScopes(world),
    ];
    azure.setFaults({});
    const whole = await sync(world);

    expect(failed.failed_scopes.length).toBeGreaterThan(0);
    expect(failed.failed_scopes[0]).toMatchObject({ scope: '*', reason: expect.stringMatching(/token/i) });
    expect(['partial', 'failed']).toContain(failed.state);
    expect(scopes).toHaveProperty('*.reason', expect.stringMatching(/token/i));
    expect(during.size).toBeGreaterThanOrEqual(before.size - 60);
    expect(whole.state).toBe('succeeded');
    expect(await compare(world)).toEqual([]);
    expect(await staleScopes(world)).toEqual({});
  });

  it('since when stays the same while it lasts', async () => {
    const world = await start();
    await sync(world);
    const group = groupOf(await anyStorageAccount(world));
    world.azure.setFaults({ graphRefused: true, failingResourceGroups: { names: [group] } });

    await sync(world);
    const first = await staleScopes(world);
    await sync(world);
    const second = await staleScopes(world);

    expect(second).toEqual(first);
  });
});

describe('while Resource Graph lags behind', () => {
  it('a sync does not undo what events brought: written, created, deleted', async () => {
    const world = await start({ graphLagSeconds: 300 });
    await sync(world);
    await pause(300);
    world.azure.setFaults({ graphLagSeconds: 200 });
    const lagging = await readTruth(world.azure.url);
    world.azure.change(60);
    await settled(world);
    const beforeSync = await compare(world);

    const { state } = await sync(world);

    expect(lagging).not.toEqual(await readTruth(world.azure.url));
    expect(beforeSync).toEqual([]);
    expect(state).toBe('succeeded');
    expect(await compare(world)).toEqual([]);
  });

  it('what no event told is there once it has caught up', async () => {
    const world = await start({ graphLagSeconds: 300 });
    await sync(world);
    disconnect(world);
    world.azure.setFaults({ graphLagSeconds: 1 });
    world.azure.change(60);
    await sync(world);
    await pause(1100);

    const { state } = await sync(world);

    expect(state).toBe('succeeded');
    expect(await compare(world)).toEqual([]);
  });
});

describe('events that are', () => {
  it.each<[string, FaultSettings]>([
    ['duplicated', { events: { duplicate: 0.5 } }],
    ['reordered', { events: { reorder: 0.5 } }],
    ['delayed', { events: { delay: 0.5, delayMilliseconds: 1500 } }],
    [
      'duplicated, reordered and delayed',
      { events: { duplicate: 0.3, reorder: 0.3, delay: 0.3, delayMilliseconds: 1000 } },
    ],
    [
      'answered by a Resource Manager that throttles, fails and resets',
      { throttle: { rate: 0.1 }, serverErrors: { rate: 0.1 }, resets: { rate: 0.1 } },
    ],
  ])('%s leave the inventory equal to Azure', async (_, faults) => {
    const world = await start();
    await sync(world);
    world.azure.setFaults(faults);

    for (let burst = 0; burst < 4; burst += 1) {
      world.azure.change(25);
      await pause(100);
    }
    await settled(world);

    expect(await compare(world)).toEqual([]);
  });

  it('lost are made up for by the next sync', async () => {
    const world = await start();
    await sync(world);
    world.azure.setFaults({ events: { lose: 0.5 } });
    world.azure.change(100);
    await settled(world);
    const afterEvents = await compare(world);

    const { state } = await sync(world);

    expect(afterEvents).not.toEqual([]);
    expect(state).toBe('succeeded');
    expect(await compare(world)).toEqual([]);
  });
});
