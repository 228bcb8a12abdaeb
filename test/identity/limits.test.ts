import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '#features/limits/index.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { callApi } from '../support/api.ts';
import { manualClock, startEmulators } from '../support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const LIMITS = { perCaller: 100, perTenant: 150, concurrent: 1000 };
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let clock: ReturnType<typeof manualClock>;
let count = 0;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());
beforeEach(() => {
  clock = manualClock();
  count += 1;
});

function instance(options: Partial<typeof LIMITS> = {}): Limits {
  return new Limits({ tables: emulators.tables, clock }, { ...LIMITS, ...options });
}

function caller(name: string): Principal {
  const id = `${name}-${count}`;
  return { tenantId: `${TENANT}-${count}`, id, kind: 'key', name, roles: ['viewer'], scopes: UNSCOPED };
}

/** How many of so many calls, all at once, are let through. */
async function passed(limits: Limits, principal: Principal, calls: number): Promise<number> {
  const admissions = await Promise.all(Array.from({ length: calls }, () => limits.admit(principal)));
  for (const { release } of admissions) release();
  return admissions.filter(({ refusal }) => !refusal).length;
}

describe('a rate limit', () => {
  it('lets through what it says, on one instance', async () => {
    expect(await passed(instance(), caller('a'), 130)).toBe(100);
  });

  it('holds over instances that do not know of each other', async () => {
    const instances = Array.from({ length: 5 }, () => instance());

    const counts = await Promise.all(instances.map((one) => passed(one, caller('a'), 60)));

    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(100);
  });

  it('of the tenant holds over its callers', async () => {
    const [one, other] = [instance(), instance()];

    const counts = [await passed(one, caller('a'), 100), await passed(other, caller('b'), 100)];

    expect(counts[0]).toBe(100);
    expect(counts[1]).toBeGreaterThanOrEqual(43);
    expect(counts[1]).toBeLessThanOrEqual(50);
  });

  it('begins anew each minute, also where others used it up', async () => {
    const [one, other] = [instance(), instance()];
    await passed(one, caller('a'), 100);
    const before = await passed(other, caller('a'), 1);

    clock.advance(60_000);

    expect([before, await passed(other, caller('a'), 1), await passed(one, caller('a'), 200)]).toEqual([
      0, 1, 95,
    ]);
  });

  it('tells what is left, and when to come back', async () => {
    const limits = instance({ perCaller: 2 });
    clock.advance(15_000);

    const [first, , third] = [
      await limits.admit(caller('a')),
      await limits.admit(caller('a')),
      await limits.admit(caller('a')),
    ];

    expect(first?.headers).toEqual({
      'ratelimit-policy': '"key";q=2;w=60, "tenant";q=150;w=60',
      ratelimit: '"key";r=1;t=45',
    });
    expect(third?.headers.ratelimit).toBe('"key";r=0;t=45');
    expect(third?.refusal?.details.retryAfterSeconds).toBe(45);
  });

  it('costs no read of the table for most calls', async () => {
    const limits = instance({ perCaller: 20_000, perTenant: 20_000 });
    await limits.admit(caller('a'));
    const startedAt = performance.now();

    await passed(limits, caller('a'), 900);

    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

it('so many calls of a caller at a time, and no more', async () => {
  const limits = instance({ concurrent: 3 });
  const running = await Promise.all([1, 2, 3].map(() => limits.admit(caller('a'))));

  const fourth = await limits.admit(caller('a'));
  const another = await limits.admit(caller('b'));
  running[0]?.release();
  const after = await limits.admit(caller('a'));

  expect(fourth.refusal?.code).toBe('throttled');
  expect([another.refusal, after.refusal]).toEqual([undefined, undefined]);
});

it('an address that sends bad credentials is stopped before they are looked up', () => {
  const limits = instance();
  for (let n = 0; n < 300; n += 1) limits.noteRefused('192.0.2.1');

  expect(() => limits.admitAddress('192.0.2.1')).toThrow('bad credentials');
  expect(() => limits.admitAddress('192.0.2.2')).not.toThrow();
  clock.advance(60_000);
  expect(() => limits.admitAddress('192.0.2.1')).not.toThrow();
});

it('an address that calls too often without a credential is stopped, and only it', () => {
  const limits = instance();
  for (let n = 0; n < 600; n += 1) limits.admitAnonymous('192.0.2.1');

  expect(() => limits.admitAnonymous('192.0.2.1')).toThrow('without a credential');
  expect(() => limits.admitAnonymous('192.0.2.2')).not.toThrow();
  expect(() => limits.admitAnonymous(undefined)).not.toThrow();
  expect(() => limits.admitAddress('192.0.2.1')).not.toThrow();
});

it('the API answers 429 with all of it, also over two instances', async () => {
  const environment = {
    ...emulators.environment,
    TENANT_ID: TENANT,
    LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: '3',
  };
  const instances = [createServices(readSettings(environment)), createServices(readSettings(environment))];
  const [first, second] = instances;
  if (!first || !second) throw new Error('two instances');
  const key = await first.identity.createKey({ tenantId: TENANT, role: 'viewer', name: 'k' });

  const answers = [];
  for (const on of [first, second, first, second])
    answers.push(await callApi(on, 'GET /api/v1/subscriptions', { key }));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answers[3]?.headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
  expect(answers[0]?.headers.get('ratelimit-policy')).toContain('"key";q=3;w=60');
  await Promise.all(instances.map(({ queues }) => queues.close()));
});
