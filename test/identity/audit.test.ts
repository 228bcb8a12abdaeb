import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Audit, auditTable } from '#features/audit/index.ts';
import type { AuditedCall } from '#http/ports.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type CallOptions, callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';

type Entry = Readonly<Record<string, unknown>> & { readonly seq: number; readonly hash: string };
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let tenant: string;
let owner: string;
let count = 0;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());
beforeEach(async () => {
  count += 1;
  tenant = `${String(count).padStart(8, '0')}-1111-4111-8111-111111111111`;
  services = createServices(
    readSettings({ ...emulators.environment, TENANT_ID: tenant, LOG_LEVEL: 'error' }),
  );
  owner = await services.identity.createKey({ tenantId: tenant, role: 'owner', name: 'the owner' });
  return () => services.queues.close();
});

function call(target: string, options: CallOptions = {}) {
  return callApi(services, target, { key: owner, ...options });
}

async function entries(query = ''): Promise<Entry[]> {
  return (await call(`GET /api/v1/audit${query}`)).json.data as Entry[];
}

function register(name: string, more: object = {}) {
  return call('POST /api/v1/resources', { body: { name, resource_type: 'Microsoft.Test/things', ...more } });
}

function audited(name: string): AuditedCall {
  return {
    caller: { tenantId: tenant, id: 'k', kind: 'key', name },
    route: { name: 'createResource', method: 'POST' },
    origin: { path: '/api/v1/resources', address: undefined, userAgent: undefined, correlationId: name },
    status: 201,
  };
}

describe('a change', () => {
  it('is there before its answer, with who, what, when, from where, before and after', async () => {
    const made = await register('one', { tags: { a: '1' } });
    const path = `/api/v1/resources/${String(made.json.short_id)}`;
    const headers = {
      'x-forwarded-for': '203.0.113.7, 198.51.100.9:4711',
      'user-agent': 'test/1',
      'x-correlation-id': 'c-1',
    };
    await call(`PUT ${path}`, { body: { tags: { a: '2' } }, headers });

    const [change, creation] = await entries();

    expect(creation).toMatchObject({ seq: 1, action: 'createResource', outcome: 'success', status: 201 });
    expect(creation?.after).toMatchObject({ name: 'one' });
    expect(change).toMatchObject({
      seq: 2,
      actor: { kind: 'key', name: 'the owner' },
      action: 'updateResource',
      method: 'PUT',
      path,
      source: { address: '198.51.100.9', user_agent: 'test/1' },
      correlation_id: 'c-1',
      request: { tags: { a: '2' } },
      before: { tags: { a: '1' } },
      after: { tags: { a: '2' } },
      previous_hash: creation?.hash,
    });
  });

  it('that failed is there with its reason, and what only read is not', async () => {
    await call('DELETE /api/v1/resources/res_aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbb');
    await call('GET /api/v1/resources');

    expect(await entries()).toMatchObject([{ action: 'deleteResource', outcome: 'failure', status: 404 }]);
  });

  it('leaves no secret in the log', async () => {
    const made = await call('POST /api/v1/keys', { body: { name: 'k', role: 'viewer' } });
    await call(`POST /api/v1/keys/${String(made.json.id)}/rotate`);
    await register('two', {
      properties: {
        password: 'hunter2-a',
        note: `AccountKey=hunter2-b;x`,
        nested: [{ clientSecret: { v: 'hunter2-c' } }],
        url: 'https://x/?sv=1&sig=hunter2hunter2hunter2',
        jwt: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJodW50ZXIyIn0.x',
      },
    });

    const text = JSON.stringify(await entries());
    const rows = JSON.stringify(await emulators.tables.open(auditTable).forTenant(tenant).list());

    expect(text).toContain('[redacted]');
    expect(`${text}${rows}`).not.toMatch(/hunter2|eyJhbGci/);
    expect(`${text}${rows}`).not.toContain(String(made.json.key));
  });

  it('too large for an entry is cut, with its hash', async () => {
    await register('three', { properties: { text: 'x'.repeat(50_000) } });

    expect((await entries())[0]).toMatchObject({
      request: { truncated: true, sha256: expect.stringMatching(/^[\da-f]{64}$/) },
    });
  });
});

it('a line separator of Unicode in what was asked stops neither the log nor anything after it', async () => {
  await call('DELETE /api/v1/webhooks/a%E2%80%A8b%E2%80%A9c');
  const made = await call('POST /api/v1/keys', { body: { name: 'a\u2028b\u2029c', role: 'viewer' } });

  const after = await register('after');

  expect([made.status, made.json.name, after.status]).toEqual([201, 'a\u2028b\u2029c', 201]);
  expect((await entries()).map(({ action }) => action)).toEqual([
    'createResource',
    'createKey',
    'deleteWebhook',
  ]);
  expect((await services.audit.verify(tenant)).problems).toEqual([]);
});

describe('a refused call', () => {
  it('is there once a minute, then how many more there were', async () => {
    const made = await call('POST /api/v1/keys', { body: { name: 'weak', role: 'viewer' } });
    const key = String(made.json.key);

    for (let n = 0; n < 30; n += 1) await call('POST /api/v1/sync', { key });
    await call(`DELETE /api/v1/keys/${String(made.json.id)}`);
    for (let n = 0; n < 30; n += 1) await call('GET /api/v1/resources', { key });
    for (let n = 0; n < 30; n += 1) await call('GET /api/v1/resources', { key: 'pcx_nobody' });

    await expect.poll(async () => (await entries('?outcome=refused')).length).toBe(3);
    const refused = await entries('?outcome=refused');
    expect(refused.map(({ status, actor }) => [status, (actor as { name: string }).name])).toEqual([
      [401, 'anonymous'],
      [401, 'weak'],
      [403, 'weak'],
    ]);
  });
});

describe('the list', () => {
  it('pages and filters', async () => {
    for (let n = 0; n < 7; n += 1) await register(`r${n}`);
    await call('DELETE /api/v1/resources/res_aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbb');
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { json } = await call(`GET /api/v1/audit?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...(json.data as Entry[]).map(({ seq }) => seq));
      cursor = json.nextCursor as string | null;
    }
    const [first] = await entries('?limit=1');

    expect(seen).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await entries('?action=deleteResource')).toHaveLength(1);
    expect(await entries('?actor=THE%20own')).toHaveLength(8);
    expect(
      await entries(`?until=${String((await entries('?cursor=4&limit=1'))[0]?.time)}&limit=100`),
    ).toHaveLength(2);
    expect(await entries(`?since=${String(first?.time)}`)).toHaveLength(1);
    expect((await call('GET /api/v1/audit?cursor=x')).status).toBe(400);
  });

  it('is for security-admin and owner alone', async () => {
    for (const [role, status] of [
      ['viewer', 403],
      ['operator', 403],
      ['policy-author', 403],
      ['security-admin', 200],
    ] as const) {
      const key = await services.identity.createKey({ tenantId: tenant, role, name: role });
      expect((await call('GET /api/v1/audit', { key })).status).toBe(status);
    }
  });

  it('is exported as OCSF, oldest first', async () => {
    await register('a');
    await call('DELETE /api/v1/resources/res_aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbb');

    const { text } = await call('GET /api/v1/audit/export');

    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toMatchObject([
      {
        class_uid: 6003,
        category_uid: 6,
        activity_id: 1,
        type_uid: 600_301,
        status_id: 1,
        metadata: { version: '1.3.0', sequence: 1, tenant_uid: tenant },
        api: { operation: 'createResource', response: { code: 201 } },
      },
      {
        activity_id: 4,
        type_uid: 600_304,
        status_id: 2,
        status_code: '404',
        actor: { user: { name: 'the owner' } },
        http_request: { http_method: 'DELETE' },
      },
    ]);
  });
});

describe('the chain', () => {
  const rows = () => emulators.tables.open(auditTable).forTenant(tenant);

  it('is one, without gaps, when many instances append at once', async () => {
    const instances = Array.from(
      { length: 4 },
      () =>
        new Audit({ tables: emulators.tables, clock: { now: () => new Date() }, deploymentTenantId: tenant }),
    );

    await Promise.all(
      instances.flatMap((audit, i) =>
        Array.from({ length: 100 }, (_, n) => audit.record(audited(`${i}-${n}`))),
      ),
    );

    const { entries: length, head, problems } = await services.audit.verify(tenant);
    const names = (await entries('?limit=1000')).map(({ correlation_id }) => correlation_id);
    expect([length, head.seq, problems]).toEqual([400, 400, []]);
    expect(new Set(names).size).toBe(400);
  });

  it.each([
    [
      'edited',
      'edited',
      async () => {
        const row = await rows().get<{ json: string; previous: string; hash: string }>('e|000000000003');
        await rows().write({
          kind: 'merge',
          rowKey: 'e|000000000003',
          row: { json: String(row?.json).replace('the owner', 'nobody at all') },
        });
      },
    ],
    ['removed', '1 missing', () => rows().write({ kind: 'delete', rowKey: 'e|000000000003' })],
    [
      'removed at the end',
      'removed at the end',
      () => rows().write({ kind: 'delete', rowKey: 'e|000000000005' }),
    ],
    [
      'moved',
      'edited|follow',
      async () => {
        const row = await rows().get<{ json: string; previous: string; hash: string }>('e|000000000002');
        await rows().write({
          kind: 'merge',
          rowKey: 'e|000000000004',
          row: { json: row?.json, hash: row?.hash, previous: row?.previous },
        });
      },
    ],
  ])('shows that an entry was %s', async (_, problem, tamper) => {
    for (let n = 0; n < 5; n += 1) await register(`r${n}`);
    const before = await services.audit.verify(tenant);

    await tamper();

    const { problems } = await services.audit.verify(tenant);
    expect(before.problems).toEqual([]);
    expect(problems.join('; ')).toMatch(new RegExp(problem));
  });

  it('is verified by `npm run audit:verify`, which also knows a head that was kept elsewhere', async () => {
    await register('a');
    const { head } = await services.audit.verify(tenant);
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['scripts/audit/verify.ts', '--tenant', tenant, ...args], {
        env: { ...process.env, ...emulators.environment, TENANT_ID: tenant },
      }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => error,
      );

    const whole = await run('--expect', `${head.seq}:${head.hash}`);
    const other = await run('--expect', `${head.seq}:${'0'.repeat(64)}`, '--json');

    expect([whole.code, whole.stdout]).toEqual([0, `${tenant}: 1 entries, head 1:${head.hash}\n  whole\n`]);
    expect([other.code, JSON.parse(other.stdout)]).toMatchObject([
      1,
      { tenants: [{ problems: ['entry 1 is not the one that was noted'] }] },
    ]);
  }, 20_000);
});
