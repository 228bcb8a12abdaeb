import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Directory, directoryTable, type TenantDirectory } from '#features/directory/index.ts';
import type { Partition, Tables } from '#platform/tables.ts';
import { manualClock } from '../support/emulators.ts';
import {
  ENTERPRISE,
  ERROR,
  group,
  type Json,
  patch,
  type ScimClient,
  startScim,
  USER,
  user,
} from '../support/scim.ts';

const SWEEP_MS = 6 * 60_000;
let scim: Awaited<ReturnType<typeof startScim>>;
let call: ScimClient;

beforeAll(async () => {
  scim = await startScim();
  call = await scim.clientOf('one');
});
afterAll(async () => {
  await scim.stop();
});

/** Storage that a process is cut off from after some writes. */
function cutOffAfter(tables: Tables, writes: number): Tables {
  let left = writes;
  const cut = (partition: Partition): Partition =>
    new Proxy(partition, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if ((name === 'transaction' || name === 'write') && left-- <= 0)
            throw new Error('the process died');
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  return {
    open: (declaration: typeof directoryTable) => {
      const table = tables.open(declaration);
      return {
        forTenant: (tenantId: string, ...parts: string[]) => cut(table.forTenant(tenantId, ...parts)),
        system: (name: string) => cut(table.system(name)),
      };
    },
  } as unknown as Tables;
}

describe('a process that dies', () => {
  const members = Array.from({ length: 130 }, (_, n) => `member-${n}`);
  const rowsOf = (tenantId: string, prefix: string) =>
    scim.tables
      .open(directoryTable)
      .forTenant(tenantId, 'groups')
      .list({ from: prefix, to: `${prefix}~` });

  /** The directory as one tenant sees it. */
  type Mine = TenantDirectory & {
    findUser(who: { oid: string }): ReturnType<Directory['findUser']>;
  };

  /** Lets work die after each number of writes, until it gets through. */
  async function dyingEverywhere(
    prepare: (directory: Mine) => Promise<string>,
    work: (directory: Mine, id: string) => Promise<unknown>,
    judge: (directory: Mine, found: { tenantId: string; id: string; isDone: boolean }) => Promise<void>,
  ): Promise<number> {
    for (let writes = 0; ; writes += 1) {
      const tenantId = randomUUID();
      const clock = manualClock();
      const healthy = new Directory({ tables: scim.tables, clock });
      const id = await prepare(within(healthy, tenantId));
      const dying = within(new Directory({ tables: cutOffAfter(scim.tables, writes), clock }), tenantId);
      const isDone = await work(dying, id).then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe('the process died');
          return false;
        },
      );
      clock.advance(SWEEP_MS);
      await healthy.resume();
      await judge(within(healthy, tenantId), { tenantId, id, isDone });
      expect(await rowsOf(tenantId, 'p|')).toEqual([]);
      expect(await healthy.resume()).toBe(0);
      if (isDone) return writes;
    }
  }

  function within(directory: Directory, tenantId: string): Mine {
    return {
      ...directory.of(tenantId),
      findUser: (who) => directory.findUser(tenantId, who),
    };
  }

  it('while it fills a group, leaves all of it or nothing', async () => {
    const cuts = await dyingEverywhere(
      async ({ groups }) => (await groups.create(group('G', ['before']))).id,
      ({ groups }, id) => groups.replace(id, group('G', members), undefined),
      async ({ groups }, { tenantId, id }) => {
        const forth = await rowsOf(tenantId, `m|${id}|`);
        const back = await rowsOf(tenantId, 'u|');
        const names = forth.map(({ value }) => String(value)).sort();
        const { resource } = (await groups.store.find(id)) ?? {};

        expect([['before'], members.toSorted()]).toContainEqual(names);
        expect(back).toHaveLength(forth.length);
        expect(resource?.meta.version).toBe(names.length === 1 ? 'W/"1"' : 'W/"2"');
      },
    );

    expect(cuts).toBeGreaterThan(4);
  });

  it('while it removes a group, leaves all of it or nothing, and the name is free', async () => {
    await dyingEverywhere(
      async ({ groups }) => (await groups.create(group('G', members.slice(0, 90)))).id,
      ({ groups }, id) => groups.remove(id, undefined),
      async ({ groups }, { tenantId, id }) => {
        const isThere = (await groups.store.find(id)) !== undefined;

        expect(await rowsOf(tenantId, 'm|')).toHaveLength(isThere ? 90 : 0);
        expect(await rowsOf(tenantId, 'u|')).toHaveLength(isThere ? 90 : 0);
        if (!isThere) await groups.create(group('g'));
      },
    );
  });

  it('while it removes a user, leaves it in its groups or in none', async () => {
    await dyingEverywhere(
      async ({ users, groups }) => {
        const { id } = await users.create(user('U', { externalId: 'oid' }));
        await groups.create(group('G', [id, 'other']));
        await groups.create(group('H', [id]));
        return id;
      },
      ({ users }, id) => users.remove(id, undefined),
      async (directory, { tenantId, id }) => {
        const isThere = (await directory.users.store.find(id)) !== undefined;

        expect(await rowsOf(tenantId, 'm|')).toHaveLength(isThere ? 3 : 1);
        const found = await directory.findUser({ oid: 'oid' });
        expect([found?.active, found?.groups.length]).toEqual([isThere, isThere ? 2 : 0]);
        if (!isThere) await directory.users.create(user('u', { externalId: 'oid' }));
      },
    );
  });
});

describe('harm', () => {
  it('is not done to prototypes by any body', async () => {
    const evil =
      '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"NAME","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1},"givenName":"G"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"__proto__":{"polluted":1},"department":"D"}}';

    const created = await call('POST', '/Users', { body: evil.replace('NAME', randomUUID()) });
    const path = `/Users/${String(created.body.id)}`;
    const patched = await call('PATCH', path, {
      body: evil
        .replace(
          '"userName":"NAME",',
          '"Operations":[{"op":"add","value":{"__proto__":{"polluted":1},"name":{"__proto__":{"polluted":1}}}}],',
        )
        .replace('schemas:core:2.0:User', 'api:messages:2.0:PatchOp'),
    });
    const bulk = await call('POST', '/Bulk', {
      body: '{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/__proto__","bulkId":"__proto__","data":{"__proto__":{"polluted":1}}}]}',
    });
    const listed = await call(
      'GET',
      `/Users?__proto__[polluted]=1&attributes=__proto__,constructor&sortBy=__proto__`,
    );

    expect([created.status, patched.status, bulk.status, listed.status]).toEqual([201, 200, 200, 400]);
    expect(created.body.name).toEqual({ givenName: 'G' });
    expect(created.body[ENTERPRISE]).toEqual({ department: 'D' });
    expect(JSON.stringify([created.body, patched.body])).not.toContain('polluted');
    expect(({} as Json).polluted).toBeUndefined();
  });

  it.each([
    [
      'a filter that is long',
      'GET',
      `/Users?filter=${encodeURIComponent('userName pr or '.repeat(500))}`,
      undefined,
      400,
    ],
    [
      'a filter in a body that is long',
      'POST',
      '/Users/.search',
      { filter: `userName eq "${'x'.repeat(20_000)}"` },
      400,
    ],
    ['a filter that is deep', 'POST', '/Users/.search', { filter: `${'('.repeat(3_000)}userName pr` }, 400],
    [
      'a filter that never ends a text',
      'POST',
      '/Users/.search',
      { filter: `userName eq "${'\n'.repeat(5_000)}` },
      400,
    ],
    [
      'a path of a patch that is deep',
      'PATCH',
      '/Users/x',
      patch({ op: 'add', path: `emails[${'('.repeat(4_000)}`, value: 1 }),
      400,
    ],
    [
      'a body that is deep',
      'POST',
      '/Users',
      `{"schemas":["${USER}"],"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      413,
    ],
    [
      'a body that is larger than allowed',
      'POST',
      '/Users',
      user('x', { title: 'x'.repeat(5_000_000) }),
      413,
    ],
    [
      'a user that is larger than a row',
      'POST',
      '/Users',
      user('large', { title: 'x'.repeat(1_000_000) }),
      413,
    ],
    [
      '1,001 operations',
      'PATCH',
      '/Users/x',
      patch(...Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'title', value: 'x' }))),
      400,
    ],
    ['text that is no text', 'POST', '/Users', user('\ud800'), 400],
  ] as const)('is refused soon and in SCIM’s shape: %s', async (_, method, path, body, status) => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    const sent = typeof body === 'object' && 'filter' in body ? { schemas, ...body } : body;
    const startedAt = performance.now();

    const answer = await call(method, path, { body: sent });

    expect([answer.status, answer.body.schemas, answer.body.status]).toEqual([
      status,
      [ERROR],
      String(status),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('is not done by a body of 1 MB: thousands of members, and 1,000 operations', async () => {
    const values = Array.from({ length: 1_000 }, () => randomUUID());
    const created = await call('POST', '/Groups', { body: group(randomUUID()) });
    const path = `/Groups/${String(created.body.id)}`;
    const before = { title: 'a'.repeat(100_000), displayName: 'b'.repeat(100_000) };

    const many = await call('PATCH', path, {
      body: patch(
        ...values.map((value) => ({
          op: 'Add',
          path: 'members',
          value: [{ value, display: 'd'.repeat(900) }],
        })),
      ),
    });
    const large = await call('POST', '/Users', { body: user(randomUUID(), before) });
    const counted = await call('GET', path);

    expect([many.status, large.status]).toEqual([204, 201]);
    expect((counted.body.members as Json[]).map(({ value }) => value).sort()).toEqual(values.toSorted());
    expect((await call('GET', `/Users/${String(large.body.id)}`)).body).toEqual(large.body);
  });
});
