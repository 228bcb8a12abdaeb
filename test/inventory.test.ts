import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Catalogue,
  canonicalize,
  InventoryStore,
  Publisher,
  parseResourceId,
  toResourceDocument,
} from '#features/inventory/index.ts';
import { Partition } from '#platform/tables.ts';
import { type ReconcilePorts, Reconciliation } from '../src/features/discovery/reconcile.ts';
import { createServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let key: string;

beforeAll(async () => {
  emulators = await startEmulators();
  services = createServices(
    readSettings({ ...emulators.environment, TENANT_ID: TENANT, LOG_LEVEL: 'error' }),
  );
  key = await services.identity.createKey({ tenantId: TENANT, role: 'operator', name: 'k' });
});
afterAll(async () => {
  await services.queues.close();
  await emulators.stop();
});

async function call(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...options.headers };
  const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
  const response = await services.api.handle(
    new Request(`http://host${path}`, { method, headers, ...body }),
    () => undefined,
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function thing(name: string, more: Record<string, unknown> = {}) {
  return { name, resource_type: 'OnPrem.Hosts/servers', ...more };
}

describe('a registered resource', () => {
  it('that is put as it is stays as it is: no version, no event', async () => {
    const { body: created } = await call('POST', '/api/v1/resources', {
      body: thing('same', { tags: { a: '1' } }),
    });

    const put = await call('PUT', `/api/v1/resources/${created.short_id}`, { body: { tags: { a: '1' } } });

    expect([put.status, put.body.version]).toEqual([200, created.version]);
  });

  it('loses an annotation that is put to null', async () => {
    const { body: created } = await call('POST', '/api/v1/resources', {
      body: thing('annotated', { annotations: { owner: 'ann', notes: 'n' } }),
    });

    const put = await call('PUT', `/api/v1/resources/${created.short_id}`, {
      body: { annotations: { owner: null } },
    });

    expect(put.body.annotations).toEqual({ notes: 'n' });
  });

  it('is shown as it was, with what it was before', async () => {
    const { body: created } = await call('POST', '/api/v1/resources', {
      body: thing('past', { tags: { v: '1' } }),
    });
    const at = new Date(Date.parse(created.updated_at) + 1).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await call('PUT', `/api/v1/resources/${created.short_id}`, { body: { tags: { v: '2' } } });

    const then = await call('GET', `/api/v1/resources/${created.short_id}?at=${at}&fields=tags`);
    const before = await call(
      'GET',
      `/api/v1/resources/${created.short_id}?at=${new Date(Date.parse(created.created_at) - 1).toISOString()}`,
    );
    const { body: history } = await call('GET', `/api/v1/resources/${created.short_id}/history`);

    expect(then.body).toEqual({ tags: { v: '1' } });
    expect(before.status).toBe(404);
    expect(history.data[0].inverse).toEqual([{ op: 'replace', path: '/tags/v', value: '1' }]);
  });

  it.each([
    [
      'an id that names another type',
      { id: '/external/x/providers/Other.Type/things/a', name: 'a', resource_type: 'OnPrem.Hosts/servers' },
      '/id',
    ],
    [
      'an id that names another name',
      {
        id: '/external/x/providers/OnPrem.Hosts/servers/b',
        name: 'a',
        resource_type: 'OnPrem.Hosts/servers',
      },
      '/id',
    ],
    ['a subscription without a group', thing('c', { subscription_id: TENANT }), '/resource_group'],
    ['a child without its parent', { name: 'db', resource_type: 'Microsoft.Sql/servers/databases' }, '/name'],
    ['no name', { resource_type: 'OnPrem.Hosts/servers' }, '/name'],
  ])('with %s is refused', async (_, body, field) => {
    const { status, body: problem } = await call('POST', '/api/v1/resources', { body });

    expect(status).toBe(400);
    expect(problem.errors[0].field).toBe(field);
  });

  it('with thousands of changed properties has an event that fits a message', async () => {
    const many = (value: number) =>
      Object.fromEntries(Array.from({ length: 8000 }, (_, n) => [`property-number-${n}`, value]));
    const { body: created } = await call('POST', '/api/v1/resources', {
      body: thing('wide', { properties: many(1) }),
    });

    await call('PUT', `/api/v1/resources/${created.short_id}`, { body: { properties: many(2) } });

    const events = await emulators.eventsOf('external');
    const updated = events.find(({ type, subject }) => type === 'ResourceUpdated' && subject === created.id);
    expect(updated?.data).toMatchObject({ changed_paths: ['/properties'] });
  });
});

describe('the API', () => {
  it('refuses query parameters that it would have to ignore', async () => {
    const { status, body } = await call('GET', '/api/v1/subscriptions?colour=red');

    expect([status, body.errors[0].field]).toEqual([400, 'colour']);
  });

  it('answers HEAD as GET, without the body', async () => {
    const { status, headers, body } = await call('HEAD', '/api/v1/resources?limit=1');

    expect([status, headers.get('content-type'), body]).toEqual([200, 'application/json', undefined]);
  });

  it('refuses a path that is too long before it looks at it', async () => {
    expect((await call('GET', `/api/v1/resources${'/a'.repeat(8000)}`)).status).toBe(400);
  });

  it('lets only the tenant whose estate this is read Azure', async () => {
    const other = await services.identity.createKey({
      tenantId: '22222222-2222-4222-8222-222222222222',
      role: 'owner',
      name: 'o',
    });

    const { status } = await call('POST', '/api/v1/sync', { headers: { authorization: `Bearer ${other}` } });

    expect(status).toBe(403);
  });
});

describe('the list index', () => {
  it('answers although it is told of changes faster than it can look', async () => {
    const store = services.storeOf(TENANT);
    const catalogue = new Catalogue(store, { clock: services.clock, freshnessMs: 0 });
    const teller = setInterval(() => catalogue.invalidate(), 1);

    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        catalogue.query({ filter: {}, sort: 'id', descending: false, limit: 1 }),
      ),
    );
    clearInterval(teller);

    expect(answers.every(({ total }) => total > 0)).toBe(true);
  });
});

describe('a sync', () => {
  const subscription = '55555555-5555-4555-8555-555555555555';
  const asked: string[] = [];

  function ports(
    rows: Record<string, unknown>[],
    onPage: () => Promise<void> = async () => undefined,
  ): ReconcilePorts {
    const azure = {
      resourceGroupExists: async (_: string, group: string) => {
        asked.push(group);
        return false;
      },
    };
    const apiVersions = {
      learn: () => undefined,
      read: async (id: string) => ({
        apiVersion: '1',
        document: { id, location: 'eastus', properties: { from: 'resource manager' } },
      }),
    };
    async function* read() {
      await onPage();
      yield { kind: 'page', documents: rows, via: 'graph' };
    }
    return {
      store: services.storeOf(TENANT),
      azure,
      apiVersions,
      reader: { read },
      clock: services.clock,
      graphLagSeconds: 0,
    } as unknown as ReconcilePorts;
  }

  function row(path: string, properties: Record<string, unknown> = {}) {
    return { id: `/subscriptions/${subscription}${path}`, type: 'x', location: 'eastus', properties };
  }

  it('takes no provider for a resource group, and deletes nothing that exists', async () => {
    const inSubscription = ['a', 'b'].map((name) =>
      row(`/providers/Microsoft.Authorization/policyAssignments/${name}`),
    );
    await new Reconciliation(subscription, ports(inSubscription)).run(async () => undefined);

    const run = new Reconciliation(subscription, ports([]));
    await run.run(async () => undefined);

    expect(asked).toEqual([]);
    expect(run.progress.deleted).toBe(0);
  });

  it('does not undo what an event brought while it ran', async () => {
    const store = services.storeOf(TENANT);
    const old = row('/resourceGroups/g/providers/Microsoft.Test/things/t', { v: 1 });
    await new Reconciliation(subscription, ports([old])).run(async () => undefined);
    const id = old.id;
    const { key: resourceKey } = canonicalize(
      toResourceDocument(old) as NonNullable<ReturnType<typeof toResourceDocument>>,
    );

    /** While the page is under way, an event writes something newer than what the page says. */
    async function eventComes(): Promise<void> {
      await store.entries(subscription);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const previous = await store.get(subscription, resourceKey);
      const document = toResourceDocument({ id, location: 'eastus', properties: { v: 3 } });
      if (!document || !previous) throw new Error('not there');
      await store.write(subscription, [
        {
          kind: 'put',
          next: canonicalize(document),
          source: 'azure',
          annotations: {},
          apiVersion: '1',
          previous,
          cause: { by: 'event' },
        },
      ]);
    }
    await new Reconciliation(subscription, ports([{ ...old, properties: { v: 2 } }], eventComes)).run(
      async () => undefined,
    );

    const stored = await store.get(subscription, resourceKey);
    expect(JSON.parse(stored?.json ?? '{}').properties).not.toEqual({ v: 2 });
    expect(parseResourceId(id).subscriptionId).toBe(subscription);
  });

  it('records more scopes that cannot be read than a column holds', async () => {
    const reasons = Array.from({ length: 300 }, (_, n) => ({
      kind: 'unreadable',
      resourceGroup: `group-${n}`,
      reason: `AuthorizationFailed: ${'x'.repeat(300)}`,
    }));
    async function* read() {
      yield* reasons;
    }
    const run = new Reconciliation(subscription, {
      ...ports([]),
      reader: { read },
    } as unknown as ReconcilePorts);

    await run.run(async () => undefined);

    expect(Object.keys(await services.storeOf(TENANT).staleScopes(subscription))).toHaveLength(300);
  });
});

describe('a commit whose answer was lost', () => {
  it('is found to be made, although somebody has committed after it', async () => {
    const segment = '66666666-6666-4666-8666-666666666666';
    const store = services.storeOf(TENANT);
    const publisher = new Publisher(emulators.queues);
    const other = new InventoryStore(TENANT, { ...emulators, clock: services.clock, publisher });
    const change = (name: string) => {
      const document = toResourceDocument({
        id: `/subscriptions/${segment}/resourceGroups/g/providers/Microsoft.Test/things/${name}`,
        location: 'eastus',
      });
      if (!document) throw new Error('not a resource');
      return {
        kind: 'put' as const,
        next: canonicalize(document),
        source: 'azure' as const,
        annotations: {},
        apiVersion: undefined,
        previous: undefined,
        cause: { by: 'sync' as const },
      };
    };
    const real = Reflect.get(Partition.prototype, 'transaction') as Partition['transaction'];
    let isLost = false;
    Partition.prototype.transaction = async function lose(writes) {
      const result = await real.call(this, writes);
      if (isLost || !writes.some(({ rowKey }) => rowKey === 'head')) return result;
      isLost = true;
      await other.write(segment, [change('second')]);
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    };

    const [first] = await store.write(segment, [change('first')]).finally(() => {
      Partition.prototype.transaction = real;
    });

    expect(first?.status).toBe('written');
    expect(await store.head(segment)).toBe(2);
  });
});
