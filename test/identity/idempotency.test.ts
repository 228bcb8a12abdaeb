import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Idempotency, idempotencyTable } from '#features/idempotency/index.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type CallOptions, callApi } from '../support/api.ts';
import { manualClock, startEmulators } from '../support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let owner: string;
let count = 0;

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
  return createServices(readSettings({ ...emulators.environment, TENANT_ID: TENANT, LOG_LEVEL: 'error' }));
}

function post(idempotencyKey: string, options: CallOptions & { path?: string; on?: Services } = {}) {
  const { path = '/api/v1/resources', on = services, ...rest } = options;
  const headers = { 'idempotency-key': idempotencyKey, ...options.headers };
  return callApi(on, `POST ${path}`, { key: owner, body: resource(idempotencyKey), ...rest, headers });
}

function resource(name: string) {
  return { name, resource_type: 'Microsoft.Test/things' };
}

function newName(): string {
  count += 1;
  return `thing-${count}-${'x'.repeat(16)}`;
}

describe('the same key', () => {
  it('gets the same answer, on another instance too, and nothing is done twice', async () => {
    const name = newName();
    const other = newInstance();

    const first = await post(name);
    const again = [await post(name), await post(name, { on: other })];

    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    for (const answer of again) {
      expect([answer.status, answer.text]).toEqual([first.status, first.text]);
      expect(answer.headers.get('location')).toBe(first.headers.get('location'));
      expect(answer.headers.get('idempotency-replayed')).toBe('true');
    }
    await other.queues.close();
  });

  it('of a failure gets the same failure, also when its cause is gone', async () => {
    const name = newName();
    const made = await callApi(services, 'POST /api/v1/resources', { key: owner, body: resource(name) });
    const first = await post(name);
    const removed = await callApi(services, `DELETE /api/v1/resources/${String(made.json.short_id)}`, {
      key: owner,
    });

    const again = await post(name);

    expect([first.status, removed.status, again.status]).toEqual([409, 200, 409]);
    expect(again.json.detail).toBe(first.json.detail);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('with another body is refused', async () => {
    const name = newName();
    await post(name);

    const answer = await post(name, { body: resource('another') });

    expect([answer.status, answer.json.code]).toEqual([409, 'IdempotencyKeyReused']);
  });

  it('of an invalid request keeps nothing, so that it can be mended', async () => {
    const name = newName();

    const answers = [await post(name, { body: {} }), await post(name)];

    expect(answers.map(({ status }) => status)).toEqual([400, 201]);
  });

  it('sent many times at once runs once', async () => {
    const name = newName();
    const other = newInstance();

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => post(name, { on: n % 2 ? services : other })),
    );

    const statuses = answers.map(({ status }) => status);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(
      answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed')),
    ).toHaveLength(1);
    expect(
      waiting.every(
        ({ headers, json }) => headers.get('retry-after') === '1' && json.code === 'IdempotencyKeyInUse',
      ),
    ).toBe(true);
    await other.queues.close();
  });

  it('of another caller, tenant or route is another key', async () => {
    const name = newName();
    const colleague = await services.identity.createKey({ tenantId: TENANT, role: 'operator', name: 'c' });
    const stranger = await services.identity.createKey({ tenantId: OTHER, role: 'operator', name: 's' });
    await post(name);

    const answers = [
      await post(name, { key: colleague }),
      await post(name, { key: stranger }),
      await post(name, { path: '/api/v1/resources/batch', body: { resources: [resource('b')] } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([409, 201, 200]);
    expect(answers.map(({ headers }) => headers.has('idempotency-replayed'))).toEqual([false, false, false]);
  });

  it('of a POST without a body works as well', async () => {
    const made = await callApi(services, 'POST /api/v1/keys', {
      key: owner,
      body: { name: 'k', role: 'viewer' },
    });
    const path = `/api/v1/keys/${String(made.json.id)}/rotate`;

    const [first, again] = [await post('rotate-1', { path }), await post('rotate-1', { path })];

    expect(first.status).toBe(200);
    expect(again.text).toBe(first.text);
  });
});

it('an answer with a secret is in no table as it is', async () => {
  const made = await post('secret-1', { path: '/api/v1/keys', body: { name: 'k', role: 'viewer' } });
  const rows = await emulators.tables.open(idempotencyTable).forTenant(TENANT).list();

  const again = await post('secret-1', { path: '/api/v1/keys', body: { name: 'k', role: 'viewer' } });

  expect(String(made.json.key)).toMatch(/^pcx_/);
  expect(again.text).toBe(made.text);
  const bytes = rows
    .flatMap((row) => Object.values(row))
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)));
  expect(bytes.some((text) => text.includes(String(made.json.key)) || text.includes('secret-1'))).toBe(false);
});

it.each(['', 'a b', 'ü', 'x'.repeat(256)])('%j is no key', async (key) => {
  expect((await post(key)).status).toBe(400);
});

describe('a key in the store', () => {
  const principal: Principal = {
    tenantId: OTHER,
    id: 'k',
    kind: 'key',
    name: 'k',
    roles: ['owner'],
    scopes: UNSCOPED,
  };

  it('of a call whose process died is free after five minutes, and after a day of any', async () => {
    const clock = manualClock();
    const store = new Idempotency({ tables: emulators.tables, clock });
    const request = { principal, route: 'r', key: newName(), fingerprint: 'f' };
    await store.claim(request);

    await expect(store.claim(request)).rejects.toMatchObject({ code: 'conflict' });
    clock.advance(300_001);
    const second = await store.claim(request);
    await second.keep({ answer: { status: 200, body: 1 } });
    const replayed = (await store.claim(request)).replay;
    clock.advance(86_400_001);
    const third = await store.claim({ ...request, fingerprint: 'another' });

    expect(second.replay).toBeUndefined();
    expect(replayed).toEqual({ answer: { status: 200, body: 1 } });
    expect(third.replay).toBeUndefined();
    clock.advance(86_400_001);
    expect(await store.forget()).toBeGreaterThan(0);
    expect((await store.claim(request)).replay).toBeUndefined();
  });

  it('keeps answers of half a megabyte, and says so where one is larger', async () => {
    const store = new Idempotency({ tables: emulators.tables, clock: manualClock() });
    const random = (bytes: number) =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64');
    const bodies = [
      Array.from({ length: 8 }, () => random(50_000)),
      Array.from({ length: 20 }, () => random(60_000)),
    ];

    const replays = await Promise.all(
      bodies.map(async (body) => {
        const request = { principal, route: 'r', key: newName(), fingerprint: 'f' };
        await (await store.claim(request)).keep({ answer: { status: 200, body } });
        return (await store.claim(request)).replay;
      }),
    );

    expect(replays[0]).toEqual({ answer: { status: 200, body: bodies[0] } });
    expect(replays[1]).toMatchObject({ failure: { code: 'conflict' } });
  });
});
