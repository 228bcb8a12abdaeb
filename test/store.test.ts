import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Change,
  canonicalize,
  InventoryStore,
  Publisher,
  resourceKey,
  type StoredResource,
  toResourceDocument,
} from '#features/inventory/index.ts';
import { manualClock, startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
let emulators: Awaited<ReturnType<typeof startEmulators>>;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

let sequence = 0;
function newSubscription(): string {
  sequence += 1;
  return `00000000-0000-4000-8000-${String(sequence).padStart(12, '0')}`;
}

function newStore(publisher = new Publisher(emulators.queues), clock = manualClock()): InventoryStore {
  return new InventoryStore(TENANT, { ...emulators, clock, publisher });
}

function put(
  subscription: string,
  name: string,
  options: { previous?: StoredResource | undefined; properties?: unknown } = {},
): Change {
  const id = `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Test/things/${name}`;
  const document = toResourceDocument({ id, location: 'eastus', properties: options.properties ?? {} });
  if (!document) throw new Error('not a resource');
  return {
    kind: 'put',
    next: canonicalize(document),
    source: 'azure',
    annotations: {},
    apiVersion: undefined,
    previous: options.previous,
    cause: { by: 'sync' },
  };
}

function keyOf(subscription: string, name: string): string {
  return resourceKey(
    `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Test/things/${name}`,
  );
}

async function commitsOf(store: InventoryStore, segment: string) {
  const commits = [];
  for await (const page of store.commitsAfter(segment, 0)) commits.push(...page);
  return commits;
}

describe('a segment', () => {
  it('numbers its commits without gaps while several instances write at once', async () => {
    const segment = newSubscription();
    const stores = [newStore(), newStore(), newStore()];

    await Promise.all(
      stores.flatMap((store, instance) =>
        Array.from({ length: 20 }, (_, n) => store.write(segment, [put(segment, `i${instance}n${n}`)])),
      ),
    );

    const commits = await commitsOf(newStore(), segment);
    expect(commits.map(({ seq }) => seq)).toEqual(commits.map((_, index) => index + 1));
    expect(commits.flatMap(({ changes }) => changes)).toHaveLength(60);
  });

  it('commits what waits together, at most 100 rows a transaction', async () => {
    const segment = newSubscription();
    const store = newStore();

    await store.write(
      segment,
      Array.from({ length: 250 }, (_, n) => put(segment, `n${n}`)),
    );

    const sizes = (await commitsOf(store, segment)).map(({ changes }) => changes.length);
    expect(sizes).toEqual([97, 97, 56]);
  });

  it('answers conflict to a change that was decided on an older row, and writes the others', async () => {
    const segment = newSubscription();
    const [first, second] = [newStore(), newStore()];
    await first.write(segment, [put(segment, 'a'), put(segment, 'b')]);
    const a = await second.get(segment, keyOf(segment, 'a'));
    await first.write(segment, [put(segment, 'a', { previous: a, properties: { v: 1 } })]);

    const results = await second.write(segment, [
      put(segment, 'a', { previous: a, properties: { v: 2 } }),
      put(segment, 'b'),
      put(segment, 'c'),
      ...(a ? [{ kind: 'delete' as const, previous: a, cause: { by: 'sync' as const } }] : []),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['conflict', 'conflict', 'written', 'conflict']);
    expect(JSON.parse((await first.get(segment, keyOf(segment, 'a')))?.json ?? '{}').properties).toEqual({
      v: 1,
    });
  });

  it('lets one of two changes to the same row win within an instance', async () => {
    const segment = newSubscription();
    const store = newStore();

    const results = await store.write(segment, [
      put(segment, 'a'),
      put(segment, 'a', { properties: { v: 1 } }),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['conflict', 'written']);
  });

  it('keeps the history of a resource as patches that lead there and back', async () => {
    const segment = newSubscription();
    const store = newStore();
    await store.write(segment, [put(segment, 'a', { properties: { v: 1 } })]);
    const before = await store.get(segment, keyOf(segment, 'a'));
    await store.write(segment, [put(segment, 'a', { previous: before, properties: { v: 2 } })]);
    const after = await store.get(segment, keyOf(segment, 'a'));
    await store.write(
      segment,
      after ? [{ kind: 'delete', previous: after, cause: { by: 'event', actor: 'ann@contoso.com' } }] : [],
    );

    const history = await store.history(segment, keyOf(segment, 'a'));

    expect(history).toMatchObject([
      {
        kind: 'updated',
        seq: 2,
        patch: [{ op: 'replace', path: '/properties/v', value: 2 }],
        inverse: [{ op: 'replace', path: '/properties/v', value: 1 }],
      },
      { kind: 'deleted', seq: 3, cause: { actor: 'ann@contoso.com' }, patch: [{ op: 'remove', path: '' }] },
    ]);
    expect(await store.get(segment, keyOf(segment, 'a'))).toBeUndefined();
  });
});

describe('documents of any size', () => {
  it.each([
    ['a column', 1_000],
    ['a compressed column', 200_000],
    ['several columns', 1_200_000],
    ['a blob', 3_000_000],
  ])('fit %s (%i characters)', async (_, size) => {
    const segment = newSubscription();
    const store = newStore();
    const text = Array.from({ length: size / 10 }, () =>
      Math.random().toString(36).slice(2, 12).padEnd(10, 'x'),
    ).join('');
    const change = put(segment, 'big', { properties: { text, 'käse #?/%': '🧀' } });

    await store.write(segment, [change]);

    const stored = await store.get(segment, keyOf(segment, 'big'));
    expect(stored?.json).toBe(change.kind === 'put' ? change.next.json : '');
  });

  it('are committed together as far as a transaction holds them', async () => {
    const segment = newSubscription();
    const store = newStore();
    const text = 'x'.repeat(30_000);

    await store.write(
      segment,
      Array.from({ length: 120 }, (_, n) => put(segment, `n${n}`, { properties: { text, n } })),
    );

    const changes = (await commitsOf(store, segment)).flatMap((commit) => commit.changes);
    expect(changes).toHaveLength(120);
  });
});

describe('the outbox', () => {
  it('is empty once the events are on the queue, each with its stable id', async () => {
    const segment = newSubscription();
    const publisher = new Publisher(emulators.queues);
    const store = newStore(publisher);

    await store.write(segment, [put(segment, 'a'), put(segment, 'b')]);
    await publisher.flush();

    expect(await emulators.eventsOf(segment)).toHaveLength(2);
    expect(await store.sweep(segment, new Date('2027-01-01'))).toBe(0);
  });

  it('is published by the sweep where a process died before it could', async () => {
    const segment = newSubscription();
    const dead = { enqueue: () => undefined } as unknown as Publisher;
    await newStore(dead).write(segment, [put(segment, 'a')]);
    const publisher = new Publisher(emulators.queues);
    const store = newStore(publisher);

    const [tooYoung, swept] = [
      await store.sweep(segment, new Date('2025-01-01')),
      await store.sweep(segment, new Date('2027-01-01')),
    ];
    await publisher.flush();

    expect([tooYoung, swept]).toEqual([0, 1]);
    expect(await emulators.eventsOf(segment)).toHaveLength(1);
    expect(await store.sweep(segment, new Date('2027-01-01'))).toBe(0);
  });

  it('keeps its marks while the broker is away', async () => {
    const segment = newSubscription();
    const broken = new Publisher({ send: () => Promise.reject(new Error('away')) } as never);
    const store = newStore(broken);

    await store.write(segment, [put(segment, 'a')]);
    await broken.flush();

    expect(await store.sweep(segment, new Date('2027-01-01'))).toBe(1);
  });
});
