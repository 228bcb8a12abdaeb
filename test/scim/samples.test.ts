import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  group,
  type Json,
  patch,
  type ScimClient,
  startScim,
  USER,
  user,
} from '../support/scim.ts';

const SHARED = '../shared/integrations/scim';
const isShared = existsSync(SHARED);
if (!isShared) process.stdout.write(`scim: ${SHARED} is absent, so its samples are not run\n`);

let scim: Awaited<ReturnType<typeof startScim>>;
let call: ScimClient;

beforeAll(async () => {
  scim = await startScim();
  call = await scim.clientOf('one');
});
afterAll(async () => {
  await scim.stop();
});

function shared<T>(file: string): T {
  return JSON.parse(readFileSync(`${SHARED}/${file}`, 'utf8')) as T;
}

describe.skipIf(!isShared)('the samples of the RFCs', () => {
  it.each([
    ['/Users', 'rfc7643-8.1-user-minimal.json'],
    ['/Users', 'rfc7643-8.2-user-full.json'],
    ['/Users', 'rfc7643-8.3-enterprise_user.json'],
    ['/Users', 'rfc7644-3.3-user-post_request.json'],
    ['/Groups', 'rfc7643-8.4-group.json'],
  ])('make the round trip: %s %s', async (endpoint, file) => {
    const tenant = await scim.clientOf(`rfc-${randomUUID()}`);
    const sample = shared<Json>(file);

    const created = await tenant('POST', endpoint, { body: sample });
    const read = await tenant('GET', `${endpoint}/${String(created.body.id)}`);
    const replaced = await tenant('PUT', `${endpoint}/${String(created.body.id)}`, { body: read.body });

    const { id: _id, meta: _meta, groups: _groups, password: _password, schemas, ...rest } = sample;
    const { members, [ENTERPRISE]: enterprise, ...plain } = rest as Json & { members?: Json[] };
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    expect(read.body).toMatchObject(plain);
    expect([...(read.body.schemas as string[])].sort()).toEqual([...(schemas as string[])].sort());
    expect(((read.body.members ?? []) as Json[]).map(({ value }) => value).sort()).toEqual(
      (members ?? []).map(({ value }) => value).sort(),
    );
    if (enterprise) {
      const { manager, ...others } = enterprise as Json & { manager: Json };
      const { displayName: _name, ...kept } = manager;
      expect(read.body[ENTERPRISE]).toMatchObject({ ...others, manager: kept });
    }
    expect(JSON.stringify(read.body)).not.toContain('t1meMa$heen');
    expect([replaced.status, replaced.body]).toEqual([200, read.body]);
  });

  it.each([
    [
      'rfc7644-3.5.2.1-patch_op-add_emails.json',
      {
        emails: [
          { type: 'work', value: 'w@example.com' },
          { type: 'home', value: 'babs@jensen.org' },
        ],
        nickName: 'Babs',
      },
    ],
    ['rfc7644-3.5.2.2-patch_op-remove_multi_complex_value.json', { emails: undefined }],
    ['rfc7644-3.5.2.3-patch_op-replace_all_email_values.json', { nickName: 'Babs' }],
    [
      'rfc7644-3.5.2.3-patch_op-replace_street_address.json',
      { addresses: [{ type: 'work', streetAddress: '1010 Broadway Ave' }] },
    ],
    [
      'rfc7644-3.5.2.3-patch_op-replace_user_work_address.json',
      { addresses: [{ type: 'work', locality: 'Hollywood', postalCode: '91608' }] },
    ],
  ])('patch a user: %s', async (file, expected) => {
    const emails = [{ type: 'work', value: 'w@example.com' }];
    const created = await call('POST', '/Users', {
      body: user(randomUUID(), { emails, addresses: [{ type: 'work' }] }),
    });

    const { status, body } = await call('PATCH', `/Users/${String(created.body.id)}`, {
      body: shared<Json>(file),
    });

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject(JSON.parse(JSON.stringify(expected)) as Json);
    if ('emails' in expected && !expected.emails) expect(body.emails).toBeUndefined();
  });

  it('patch a group', async () => {
    const created = await call('POST', '/Groups', { body: group(randomUUID(), ['first']) });
    const path = `/Groups/${String(created.body.id)}`;
    const counts: unknown[] = [];
    for (const name of [
      '1-patch_op-add_members',
      '2-patch_op-remove_one_member',
      '2-patch_op-remove_and_add_one_member',
      '3-patch_op-replace_all_members',
      '2-patch_op-remove_all_members',
    ]) {
      const { status } = await call('PATCH', path, { body: shared<Json>(`rfc7644-3.5.2.${name}.json`) });
      const { body } = await call('GET', path);
      counts.push([status, ((body.members ?? []) as Json[]).length]);
    }

    expect(counts).toEqual([
      [204, 2],
      [204, 2],
      [204, 3],
      [204, 2],
      [204, 0],
    ]);
  });

  it('search with a body', async () => {
    const { status, body } = await call('POST', '/.search', {
      body: shared<Json>('rfc7644-3.4.3-search_request.json'),
    });

    expect([status, body.startIndex, body.totalResults]).toEqual([200, 1, 0]);
  });

  it.each([
    ['rfc7644-3.7.2-bulk_request-temporary_identifier.json', ['201', '201']],
    ['rfc7644-3.7.2-bulk_request-enterprise_user.json', ['201', '201']],
    ['rfc7644-3.7.1-bulk_request-circular_conflict.json', ['201', '201']],
    ['rfc7644-3.7.3-bulk_request-multiple_operations.json', ['400']],
  ])('come in bulk: %s', async (file, statuses) => {
    const tenant = await scim.clientOf(`bulk-${randomUUID()}`);

    const { status, body } = await tenant('POST', '/Bulk', { body: shared<Json>(file) });

    const operations = body.Operations as (Json & { location?: string })[];
    expect(status, JSON.stringify(body)).toBe(200);
    expect(operations.map((operation) => operation.status)).toEqual(statuses);
    const made = await Promise.all(
      operations.flatMap(({ location }) =>
        location ? [tenant('GET', location.replace('https://scim.test/scim/v2', ''))] : [],
      ),
    );
    expect(made.map((answer) => answer.status)).toEqual(made.map(() => 200));
    expect(JSON.stringify(made.map((answer) => answer.body))).not.toContain('bulkId');
  });
});

describe('bulk', () => {
  const bulk = (Operations: readonly Json[], more: Json = {}) =>
    call('POST', '/Bulk', {
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations, ...more },
    });
  const results = ({ body }: { body: Json }) => body.Operations as (Json & { response?: Json })[];

  it('resolves what refers to something that comes later, in data and in paths', async () => {
    const [userName, displayName] = [randomUUID(), randomUUID()];

    const answer = await bulk([
      { method: 'POST', path: '/Groups', bulkId: 'g', data: group(displayName, ['bulkId:u']) },
      { method: 'PATCH', path: '/Users/bulkId:u', data: patch({ op: 'add', path: 'title', value: 'T' }) },
      { method: 'post', path: '/users', bulkId: 'u', data: user(userName) },
      { method: 'DELETE', path: '/Groups/bulkId:g', version: 'W/"9"' },
    ]);

    const [made, patched, created, deleted] = results(answer);
    const [groupRead, userRead] = await Promise.all(
      [made, created].map((result) =>
        call('GET', String(result?.location).replace('https://scim.test/scim/v2', '')),
      ),
    );
    expect(results(answer).map(({ status }) => status)).toEqual(['201', '200', '201', '412']);
    expect(groupRead?.body.members).toEqual([{ value: userRead?.body.id }]);
    expect([userRead?.body.title, patched?.version, patched?.location]).toEqual([
      'T',
      'W/"2"',
      created?.location,
    ]);
    expect(deleted?.location).toBe(made?.location);
  });

  it('says of each operation what is wrong with it, and stops after failOnErrors', async () => {
    const operations = [
      { method: 'POST', path: '/Users', bulkId: 'bad', data: { schemas: [USER] } },
      { method: 'POST', path: '/Groups', bulkId: 'g', data: group(randomUUID(), ['bulkId:bad']) },
      { method: 'POST', path: '/Groups', bulkId: 'h', data: group(randomUUID(), ['bulkId:unknown']) },
      { method: 'POST', path: '/Users', data: user(randomUUID()) },
      { method: 'PUT', path: `/Users/${randomUUID()}`, data: user(randomUUID()) },
      { method: 'PATCH', path: `/Users/${randomUUID()}`, data: { nope: 1 } },
      { method: 'GET', path: '/Users/x' },
      { method: 'DELETE', path: '/Nothing/x' },
      { method: 'POST', path: '/Users', bulkId: 'good', data: user(randomUUID()) },
    ];

    const all = await bulk(operations);
    const few = await bulk(operations, { failOnErrors: 2 });
    const twice = await bulk([operations[8] ?? {}, operations[8] ?? {}]);

    expect(results(all).map(({ status, response }) => [status, response?.scimType])).toEqual([
      ['400', 'invalidValue'],
      ['400', 'invalidValue'],
      ['400', 'invalidValue'],
      ['400', 'invalidSyntax'],
      ['404', undefined],
      ['400', 'invalidSyntax'],
      ['400', 'invalidSyntax'],
      ['400', 'invalidPath'],
      ['201', undefined],
    ]);
    expect(results(few)).toHaveLength(2);
    expect([twice.status, twice.body.scimType]).toEqual([400, 'invalidValue']);
  });

  it('takes no more operations than it says', async () => {
    const operation = { method: 'DELETE', path: `/Users/${randomUUID()}` };

    const tooMany = await bulk(Array.from({ length: 1_001 }, () => operation));

    expect([tooMany.status, tooMany.body.scimType]).toEqual([400, 'invalidSyntax']);
  });
});

describe.skipIf(!isShared)('the tests of Entra’s gallery validator', () => {
  it('are these, of which all that concern SCIM itself follow', () => {
    const { tests } = shared<{ tests: { n: number | string; name: string }[] }>(
      'entra-gallery-validator.tests.json',
    );

    expect(tests.filter(({ n }) => typeof n === 'number').map(({ name }) => name)).toEqual([
      'Schema_Discoverability_Test',
      'SCIM_Null_Update_Test',
      'SCIM_User_Create_Test',
      'SCIM_User_Update_Test',
      'SCIM_Group_Create_Test',
      'SCIM_Group_Update_Test',
      'Validate_Credentials_Test',
      'Federated_Identity_Test',
      'SCIM_User_Pagination_Test',
      'SCIM_Group_Pagination_Test',
      'SCIM_Update_Manager_Test',
    ]);
  });

  it('Schema_Discoverability, Group_Create, Group_Update', async () => {
    const schemas = await call('GET', '/Schemas');
    const names = (schemas.body.Resources as { attributes: { name: string }[] }[]).flatMap(({ attributes }) =>
      attributes.map(({ name }) => name.toLowerCase()),
    );
    const displayName = randomUUID();
    const created = await call('POST', '/Groups', { body: group(displayName) });
    const path = `/Groups/${String(created.body.id)}`;
    const updated = await call('PATCH', path, {
      body: patch({ op: 'Replace', path: 'displayName', value: `${displayName}2` }),
    });

    expect(names).toEqual(
      expect.arrayContaining(['username', 'active', 'emails', 'manager', 'displayname', 'members']),
    );
    expect([created.status, created.body.displayName, updated.status]).toEqual([201, displayName, 204]);
    expect((await call('GET', path)).body.displayName).toBe(`${displayName}2`);
  });

  it('Null_Update, Update_Manager', async () => {
    const created = await call('POST', '/Users', {
      body: user(randomUUID(), {
        title: 'a',
        nickName: 'b',
        name: { givenName: 'c' },
        emails: [{ type: 'work', value: 'd' }],
      }),
    });
    const path = `/Users/${String(created.body.id)}`;
    const paths = [
      'title',
      'nickName',
      'name.givenName',
      'emails[type eq "work"].value',
      `${ENTERPRISE}:manager`,
    ];

    for (const value of ['', null])
      for (const name of paths) {
        const { status } = await call('PATCH', path, { body: patch({ op: 'Replace', path: name, value }) });
        expect(status).toBe(200);
      }

    const { body } = await call('GET', path);
    expect([body.title, body.nickName, body.name, body[ENTERPRISE]]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(JSON.stringify(body.emails ?? [])).not.toContain('"value"');
  });

  it.each(['Users', 'Groups'] as const)('Pagination of %s', async (endpoint) => {
    const tenant = await scim.clientOf(`pages-${endpoint}`);
    for (let n = 0; n < 11; n += 1)
      await tenant('POST', `/${endpoint}`, { body: endpoint === 'Users' ? user(`u${n}`) : group(`g${n}`) });

    const pages = await Promise.all(
      [1, 6, 11].map((startIndex) => tenant('GET', `/${endpoint}?startIndex=${startIndex}&count=5`)),
    );

    expect(pages.map(({ body }) => [body.startIndex, (body.Resources as Json[]).length])).toEqual([
      [1, 5],
      [6, 5],
      [11, 1],
    ]);
    expect(new Set(pages.flatMap(({ body }) => (body.Resources as Json[]).map(({ id }) => id))).size).toBe(
      11,
    );
  });
});

describe.skipIf(!isShared)('Microsoft’s Postman collection', () => {
  type Script = { listen: string; script: { exec: string[] } };
  type Item = {
    name: string;
    event?: Script[];
    request: {
      method: string;
      body?: { raw?: string };
      url: { path: string[]; query?: { key: string; value: string }[] };
    };
  };

  it('runs over the wire as it is', async () => {
    const server = await scim.listen();
    const key = await scim.keyOf('postman');
    const variables = new Map<string, string>([['Api', 'scim']]);
    const seen: [string, number][] = [];
    try {
      for (const item of shared<{ item: Item[] }>('entra-scim-inbound.postman_collection.json').item) {
        if (item.name === 'Get Token') continue;
        prepare(variables);
        const { method, body, url } = item.request;
        const path = url.path
          .map((part) => fill(part, variables))
          .join('/')
          .replace(/^scim\//, 'scim/v2/');
        const query = (url.query ?? []).map(
          (pair) => `${pair.key}=${encodeURIComponent(fill(pair.value, variables))}`,
        );
        const response = await fetch(`${server.url}/${path}?${query.join('&')}`, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body?.raw && { body: fill(body.raw, variables) }),
        });
        const text = await response.text();
        seen.push([item.name, response.status]);
        judge(item, { status: response.status, text, variables });
      }
    } finally {
      server.close();
    }

    expect(seen).toHaveLength(16);
    expect(seen.filter(([, status]) => status >= 400)).toEqual([]);
  });

  /** What the collection's scripts do before each request. */
  function prepare(variables: Map<string, string>): void {
    const [givenName, familyName] = [`Given${randomUUID().slice(0, 8)}`, `Family${randomInt(1000)}`];
    const now = new Date().toISOString();
    const texts = {
      givenName,
      familyName,
      displayName: `${givenName} ${familyName}`,
      userName: givenName.toLowerCase(),
      currentTime: now,
    };
    for (const [name, value] of Object.entries(texts)) variables.set(name, value);
    if (!variables.has('lastWatermark')) variables.set('lastWatermark', now);
    variables.set('id1', variables.get('lastManagerUserId') ?? '');
  }

  function fill(text: string, variables: ReadonlyMap<string, string>): string {
    return text.replaceAll(/\{\{(\$?\w+)\}\}/g, (_, name: string) => {
      if (name === '$isoTimestamp') return new Date().toISOString();
      if (name.startsWith('$')) return name === '$guid' ? randomUUID() : `${name.slice(1)}${randomInt(1000)}`;
      return variables.get(name) ?? '';
    });
  }

  /** What the collection's scripts test and keep after each request. */
  function judge(item: Item, answer: { status: number; text: string; variables: Map<string, string> }): void {
    const script = (item.event ?? [])
      .filter(({ listen }) => listen === 'test')
      .flatMap((event) => event.script.exec)
      .join('\n');
    const wanted = /to\.have\.status\((\d+)\)/.exec(script)?.[1];
    if (wanted)
      expect([item.name, answer.status, answer.text]).toEqual([item.name, Number(wanted), answer.text]);
    for (const [, name = ''] of script.matchAll(/collectionVariables\.set\("(\w+)", jsonData\.id\)/g))
      answer.variables.set(name, String((JSON.parse(answer.text) as Json).id));
    if (script.includes('include(id)')) expect(answer.text).toContain(answer.variables.get('id1'));
  }
});
