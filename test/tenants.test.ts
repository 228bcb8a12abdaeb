import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '#http/role.ts';
import { createServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { startEmulators } from './support/emulators.ts';

const TENANTS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
const SUBSCRIPTION = '33333333-3333-4333-8333-333333333333';
const ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Test/things/canary`;
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;

beforeAll(async () => {
  emulators = await startEmulators();
  services = newInstance();
});
afterAll(async () => {
  await services.queues.close();
  await emulators.stop();
});

/** Another instance of the app on the same storage. */
function newInstance(): Services {
  return createServices(
    readSettings({ ...emulators.environment, TENANT_ID: TENANTS[0], LOG_LEVEL: 'error' }),
  );
}

async function call(
  key: string | undefined,
  method: string,
  path: string,
  options: { body?: unknown; on?: Services } = {},
): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };
  const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
  const response = await (options.on ?? services).api.handle(
    new Request(`http://host${path}`, { method, headers, ...body }),
    () => undefined,
  );
  return { status: response.status, text: await response.text() };
}

function newKey(tenantId: string, role: Role): Promise<string> {
  return services.identity.createKey({ tenantId, role, name: `${role} of ${tenantId}` });
}

const resource = {
  id: ID,
  name: 'canary',
  resource_type: 'Microsoft.Test/things',
  properties: { secret: 'tenant-one-marker' },
};

describe('another tenant', () => {
  it('finds nothing of the first one’s on any route, and the answer is that for what does not exist', async () => {
    const [own, other] = [await newKey(TENANTS[0], 'owner'), await newKey(TENANTS[1], 'owner')];
    const created = await call(own, 'POST', '/api/v1/resources', { body: resource });
    const { short_id } = JSON.parse(created.text) as { short_id: string };
    const { job } = await services.jobsOf(TENANTS[0]).start('sync', [SUBSCRIPTION]);
    const missing = `${ID}-missing`;

    const answers = await Promise.all([
      call(other, 'GET', `/api/v1/resources${ID}`),
      call(other, 'GET', `/api/v1/resources/${short_id}`),
      call(other, 'GET', `/api/v1/resources${ID}/history`),
      call(other, 'PUT', `/api/v1/resources${ID}`, { body: { tags: { a: 'b' } } }),
      call(other, 'DELETE', `/api/v1/resources${ID}`),
      call(other, 'GET', `/api/v1/sync/${job.id}`),
    ]);
    const lists = await Promise.all(
      [
        '/api/v1/resources',
        '/api/v1/resources/export',
        '/api/v1/changes',
        '/api/v1/subscriptions',
        '/api/v1/resources?at=2030-01-01T00:00:00Z',
      ].map((path) => call(other, 'GET', path)),
    );

    const ofMissing = await call(own, 'GET', `/api/v1/resources${missing}`);
    const shape = (text: string) => Object.keys(JSON.parse(text) as object).sort();
    expect(created.status).toBe(201);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(new Set(answers.map(({ text }) => String(shape(text))))).toEqual(
      new Set([String(shape(ofMissing.text)), String(shape(answers[5]?.text ?? ''))]),
    );
    expect([...answers, ...lists].filter(({ text }) => /tenant-one-marker/.test(text))).toEqual([]);
    expect((await call(own, 'GET', `/api/v1/resources${ID}`)).text).toContain('tenant-one-marker');
  });

  it('may register the same id, and both keep their own', async () => {
    const [own, other] = [await newKey(TENANTS[0], 'viewer'), await newKey(TENANTS[1], 'operator')];

    const created = await call(other, 'POST', '/api/v1/resources', {
      body: { ...resource, properties: { secret: 'tenant-two-marker' } },
    });

    expect(created.status).toBe(201);
    expect((await call(own, 'GET', `/api/v1/resources${ID}`)).text).toContain('tenant-one-marker');
    expect((await call(other, 'GET', '/api/v1/resources')).text).not.toContain('tenant-one-marker');
  });

  it('does not come to own a subscription by registering something in it', async () => {
    const { segments } = services.storeOf(TENANTS[1]);

    await segments.claim(SUBSCRIPTION);

    await expect(services.storeOf(TENANTS[0]).segments.claim(SUBSCRIPTION)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(segments.claim(SUBSCRIPTION)).resolves.toBeUndefined();
  });

  it('that a message names for a subscription of another reads and writes nothing', async () => {
    const subscription = '77777777-7777-4777-8777-777777777777';
    const [owner, tenantId] = TENANTS;
    await services.storeOf(owner).segments.claim(subscription);
    const { job } = await services.jobsOf(tenantId).start('sync', [subscription]);

    await services.discovery.syncSubscription({ tenantId, jobId: job.id, subscriptionId: subscription });
    await services.discovery.refresh({
      tenantId,
      resourceId: `/subscriptions/${subscription}/resourceGroups/rg`,
    });

    expect(await services.discovery.getSync(tenantId, job.id)).toMatchObject({
      state: 'failed',
      failed_scopes: [{ subscription_id: subscription, reason: 'belongs to another tenant' }],
    });
    const segments = await services.storeOf(tenantId).segments.list();
    expect(segments.filter(({ segment }) => segment === subscription)).toEqual([]);
  });

  it('of two that claim a subscription at once, one gets it', async () => {
    const subscription = '44444444-4444-4444-8444-444444444444';

    const claims = await Promise.allSettled(
      TENANTS.map((tenantId) => services.storeOf(tenantId).segments.claim(subscription)),
    );

    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('roles and keys', () => {
  it.each(ROLES)('%s may do what the routes declare', async (role) => {
    const key = await newKey(TENANTS[0], role);

    const answers = await Promise.all(
      services.api.routes.map(async (route) => ({
        route: route.name,
        role: route.role,
        status: (await call(key, route.method, route.path.replaceAll(/\{\w+\+?\}/g, 'none'))).status,
      })),
    );

    const granted = {
      viewer: ['viewer'],
      operator: ['viewer', 'operator'],
      'policy-author': ['viewer', 'policy-author'],
      'security-admin': ['viewer', 'operator', 'security-admin'],
      owner: [...ROLES],
    }[role];
    const wrong = answers.filter(
      (answer) => (answer.status === 403) !== (answer.role !== 'anonymous' && !granted.includes(answer.role)),
    );
    expect(wrong).toEqual([]);
  });

  it('stop at once where they are revoked, and within seconds on every other instance', async () => {
    const key = await newKey(TENANTS[0], 'owner');
    const other = newInstance();
    const before = await call(key, 'GET', '/api/v1/subscriptions', { on: other });

    const { id } = await services.identity.authenticate(
      new Request('http://host/', { headers: { authorization: `Bearer ${key}` } }),
    );
    await services.identity.keys.revoke(TENANTS[0], id);

    expect(before.status).toBe(200);
    expect((await call(key, 'GET', '/api/v1/subscriptions')).status).toBe(401);
    await expect
      .poll(async () => (await call(key, 'GET', '/api/v1/subscriptions', { on: other })).status, {
        timeout: 7000,
        interval: 250,
      })
      .toBe(401);
  }, 15_000);
});

describe('several instances', () => {
  it('see each other’s writes within the freshness of the index', async () => {
    const key = await newKey(TENANTS[1], 'operator');
    const other = newInstance();
    const total = async (on: Services) =>
      (
        JSON.parse((await call(key, 'GET', '/api/v1/resources?text=shared-', { on })).text) as {
          total: number;
        }
      ).total;
    const before = [await total(services), await total(other)];

    await call(key, 'POST', '/api/v1/resources', {
      body: { name: 'shared-1', resource_type: 'Microsoft.Test/things' },
    });
    await call(key, 'POST', '/api/v1/resources', {
      body: { name: 'shared-2', resource_type: 'Microsoft.Test/things' },
      on: other,
    });

    expect(before).toEqual([0, 0]);
    await expect.poll(() => Promise.all([total(services), total(other)]), { timeout: 2000 }).toEqual([2, 2]);
    await other.queues.close();
  });

  it('that change one resource at once lose no change', async () => {
    const key = await newKey(TENANTS[1], 'operator');
    const other = newInstance();
    const created = JSON.parse(
      (
        await call(key, 'POST', '/api/v1/resources', {
          body: { name: 'contended', resource_type: 'Microsoft.Test/things' },
        })
      ).text,
    ) as { short_id: string };

    const answers = await Promise.all(
      ['owner', 'notes'].flatMap((field) =>
        [services, other].map((on) =>
          call(key, 'PUT', `/api/v1/resources/${created.short_id}`, {
            body: { annotations: { [field]: `by ${on === other}` } },
            on,
          }),
        ),
      ),
    );

    const history = JSON.parse(
      (await call(key, 'GET', `/api/v1/resources/${created.short_id}/history`)).text,
    ) as { total: number };
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(history.total).toBe(5);
    await other.queues.close();
  });
});
