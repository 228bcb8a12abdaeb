import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#http/role.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type CallOptions, callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const MINE = '33333333-3333-4333-8333-333333333333';
const THEIRS = '44444444-4444-4444-8444-444444444444';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let owner: string;

beforeAll(async () => {
  emulators = await startEmulators();
  services = newInstance();
  owner = await services.identity.createKey({ tenantId: TENANT, role: 'owner', name: 'the owner' });
});
afterAll(async () => {
  await services.queues.close();
  await emulators.stop();
});

function newInstance(): Services {
  const environment = { ...emulators.environment, TENANT_ID: TENANT, INDEX_FRESHNESS_MS: '0' };
  return createServices(readSettings({ ...environment, LOG_LEVEL: 'error' }));
}

function call(target: string, options: CallOptions = {}) {
  return callApi(services, target, { key: owner, ...options });
}

async function newKey(input: { role?: Role; scopes?: object; expires_at?: string } = {}, by = owner) {
  const answer = await call('POST /api/v1/keys', {
    key: by,
    body: { name: 'k', role: 'operator', ...input },
  });
  return { ...answer, id: String(answer.json.id), key: String(answer.json.key) };
}

function register(subscription: string, name: string, key = owner) {
  const id = `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Test/things/${name}`;
  return call('POST /api/v1/resources', { key, body: { id, name, resource_type: 'Microsoft.Test/things' } });
}

describe('a key', () => {
  it('is shown once, works, and is kept as a hash alone', async () => {
    const made = await newKey({ role: 'viewer' });
    const listed = await call('GET /api/v1/keys');
    const rows: unknown[] = [];
    const table = emulators.tables.open({ name: 'keys', description: '', keys: '' });
    for (const partition of [table.forTenant(TENANT), table.system('hashes')])
      rows.push(await partition.list());

    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/v1/keys/${made.id}`);
    expect((await call('GET /api/v1/resources', { key: made.key })).status).toBe(200);
    expect(listed.text).toContain(made.id);
    expect(listed.text).not.toContain(made.key);
    expect(JSON.stringify(rows)).not.toContain(made.key.slice(4, 40));
    expect((await call(`GET /api/v1/keys/${made.id}`)).json).toMatchObject({
      state: 'active',
      created_by: 'the owner',
    });
  });

  it('says when it was last used, and is written at most once a minute', async () => {
    const { id, key } = await newKey();

    await call('GET /api/v1/resources', { key });
    const used = async () => (await call(`GET /api/v1/keys/${id}`)).json.last_used_at;
    await expect.poll(used).not.toBeNull();
    const first = await used();
    await call('GET /api/v1/resources', { key });

    expect(await used()).toBe(first);
  });

  it('that expired is refused, and a time that has passed cannot be asked for', async () => {
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const { key, id } = await newKey({ expires_at: expiresAt });

    const before = await call('GET /api/v1/resources', { key });
    await expect.poll(async () => (await call('GET /api/v1/resources', { key })).status).toBe(401);

    expect(before.status).toBe(200);
    expect((await call('GET /api/v1/resources', { key })).json.detail).toContain('expired');
    expect((await call(`GET /api/v1/keys/${id}`)).json.state).toBe('expired');
    expect((await newKey({ expires_at: '2020-01-01T00:00:00Z' })).status).toBe(400);
  });

  it('rotates with an overlap, in which both secrets work', async () => {
    const { key, id } = await newKey();
    const rotated = await call(`POST /api/v1/keys/${id}/rotate?overlapHours=1`);
    const fresh = String(rotated.json.key);
    const status = async (secret: string) => (await call('GET /api/v1/resources', { key: secret })).status;

    const during = [await status(key), await status(fresh)];
    const again = String((await call(`POST /api/v1/keys/${id}/rotate?overlapHours=0`)).json.key);

    expect(during).toEqual([200, 200]);
    expect([await status(key), await status(fresh), await status(again)]).toEqual([401, 401, 200]);
  });

  it('that was revoked is refused at once here, within seconds elsewhere, and stays so', async () => {
    const { key, id } = await newKey();
    const other = newInstance();
    const elsewhere = async () => (await callApi(other, 'GET /api/v1/resources', { key })).status;
    const before = await elsewhere();

    const revoked = await call(`DELETE /api/v1/keys/${id}`);

    expect([before, revoked.status]).toEqual([200, 200]);
    expect((await call('GET /api/v1/resources', { key })).status).toBe(401);
    expect((await call(`POST /api/v1/keys/${id}/rotate`)).status).toBe(409);
    await services.identity.registerKey(key, { tenantId: TENANT, role: 'owner', name: 'again' });
    await expect.poll(elsewhere, { timeout: 7000, interval: 250 }).toBe(401);
    await other.queues.close();
  }, 15_000);

  it.each(['key_000000000000000000000000', 'k|x', '..', 'u|x'])('%s does not exist', async (id) => {
    const path = `/api/v1/keys/${encodeURIComponent(id)}`;

    const answers = await Promise.all([
      call(`GET ${path}`),
      call(`DELETE ${path}`),
      call(`POST ${path}/rotate`),
    ]);

    expect(answers.map(({ status }) => status).every((status) => status === 404)).toBe(true);
  });

  it('of another tenant is neither seen nor changed', async () => {
    const tenantId = '22222222-2222-4222-8222-222222222222';
    const other = await services.identity.createKey({ tenantId, role: 'owner', name: 'o' });
    const { id, key } = await newKey();

    const answers = await Promise.all([
      call(`GET /api/v1/keys/${id}`, { key: other }),
      call(`DELETE /api/v1/keys/${id}`, { key: other }),
      call(`POST /api/v1/keys/${id}/rotate`, { key: other }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await call('GET /api/v1/keys', { key: other })).text).not.toContain(id);
    expect((await call('GET /api/v1/resources', { key })).status).toBe(200);
  });
});

describe('nobody grants more than they hold', () => {
  it.each([
    ['security-admin', { role: 'owner' }, 403],
    ['security-admin', { role: 'policy-author' }, 403],
    ['security-admin', { role: 'operator' }, 201],
    ['owner', { role: 'owner' }, 201],
  ] as const)('%s asks for %j: %i', async (role, input, status) => {
    const by = await newKey({ role });

    expect((await newKey(input, by.key)).status).toBe(status);
  });

  it('also of scopes', async () => {
    const by = await newKey({ role: 'owner', scopes: { features: ['keys', 'resources'] } });

    const wider = [
      await newKey({}, by.key),
      await newKey({ scopes: { features: ['keys', 'webhooks'] } }, by.key),
    ];
    const narrower = await newKey({ scopes: { features: ['resources'], access: 'read' } }, by.key);

    expect(wider.map(({ status }) => status)).toEqual([403, 403]);
    expect(narrower.status).toBe(201);
  });

  it('a feature that does not exist is named', async () => {
    const { status, json } = await newKey({ scopes: { features: ['resource'] } });

    expect(status).toBe(400);
    expect(JSON.stringify(json)).toMatch(/changes, .*keys, .*resources, /);
  });
});

describe('a scope', () => {
  it('`read` refuses whatever is no GET, on every route', async () => {
    const { key } = await newKey({ role: 'owner', scopes: { access: 'read' } });

    const answers = await Promise.all(
      services.api.routes
        .filter(({ role }) => role !== 'anonymous')
        .map(async ({ method, path }) => ({
          method,
          status: (await call(`${method} ${path.replaceAll(/\{\w+\+?\}/g, 'none')}`, { key })).status,
        })),
    );

    expect(answers.filter(({ method, status }) => (status === 403) !== (method !== 'GET'))).toEqual([]);
  });

  it('of features refuses the others', async () => {
    const { key } = await newKey({ scopes: { features: ['changes'] } });

    expect((await call('GET /api/v1/changes', { key })).status).toBe(200);
    expect((await call('GET /api/v1/resources', { key })).status).toBe(403);
  });

  it('of subscriptions hides the others wherever resources are read or written', async () => {
    const { key } = await newKey({ scopes: { subscriptions: [MINE.toUpperCase()] } });
    await register(MINE, 'mine');
    const theirs = await register(THEIRS, 'theirs');
    await call('POST /api/v1/resources', {
      body: { name: 'outside', resource_type: 'Microsoft.Test/things' },
    });
    const id = String(theirs.json.short_id);
    const missing = await call(`GET /api/v1/resources/res_${'a'.repeat(8)}${'b'.repeat(24)}`, { key });

    const lists = await Promise.all(
      [
        'resources',
        'resources/export',
        'changes',
        `resources?subscriptionId=${THEIRS}`,
        `resources?at=${new Date().toISOString()}`,
      ].map((path) => call(`GET /api/v1/${path}`, { key })),
    );
    const hidden = await Promise.all([
      call(`GET /api/v1/resources/${id}`, { key }),
      call(`GET /api/v1/resources/${id}/history`, { key }),
      call(`PUT /api/v1/resources/${id}`, { key, body: { tags: { a: 'b' } } }),
      call(`DELETE /api/v1/resources/${id}`, { key }),
    ]);

    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(lists.filter(({ text }) => /theirs|outside/.test(text))).toEqual([]);
    expect(lists.map(({ text }) => text.includes('things/mine'))).toEqual([true, true, true, false, true]);
    expect(hidden.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(Object.keys(hidden[0]?.json ?? {})).toEqual(Object.keys(missing.json));
    expect((await register(MINE, 'new', key)).status).toBe(201);
    expect((await register(THEIRS, 'new', key)).status).toBe(403);
    expect((await call(`GET /api/v1/resources/${id}`)).status).toBe(200);
  });

  it('of subscriptions refuses routes that do not know it', async () => {
    const { key } = await newKey({ role: 'owner', scopes: { subscriptions: [MINE] } });

    const answers = await Promise.all(
      services.api.routes
        .filter(({ role, bySubscription }) => role !== 'anonymous' && !bySubscription)
        .map(
          async ({ method, path }) =>
            (await call(`${method} ${path.replaceAll(/\{\w+\+?\}/g, 'none')}`, { key })).status,
        ),
    );

    expect(new Set(answers)).toEqual(new Set([403]));
  });
});
