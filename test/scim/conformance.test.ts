import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  ERROR,
  GROUP,
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
if (!isShared) process.stdout.write(`scim: ${SHARED} is absent, so what is shared is not run\n`);

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

async function create(endpoint: '/Users' | '/Groups', body: Json): Promise<string> {
  const created = await call('POST', endpoint, { body });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return String(created.body.id);
}

function newUser(more: Json = {}): Promise<string> {
  return create('/Users', user(`u-${randomUUID()}`, more));
}

async function membersOf(id: string): Promise<string[]> {
  const { body } = await call('GET', `/Groups/${id}`);
  return ((body.members ?? []) as { value: string }[]).map(({ value }) => value).sort();
}

function find(endpoint: string, filter: string, more = '') {
  return call('GET', `${endpoint}?filter=${encodeURIComponent(filter)}${more}`);
}

describe('discovery', () => {
  it('says what is there, each also by its id', async () => {
    const [config, schemas, types] = [
      await call('GET', '/ServiceProviderConfig'),
      await call('GET', '/Schemas'),
      await call('GET', '/ResourceTypes'),
    ];
    const all = [...(schemas.body.Resources as Json[]), ...(types.body.Resources as Json[])];
    const each = await Promise.all(
      all.map(({ meta }) =>
        call('GET', String((meta as Json).location).replace('https://scim.test/scim/v2', '')),
      ),
    );

    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'oauthbearertoken' }],
    });
    expect((schemas.body.Resources as Json[]).map(({ id }) => id)).toEqual([USER, ENTERPRISE, GROUP]);
    expect(each.map(({ body }) => body)).toEqual(all);
  });

  it.each(['/Schemas?filter=x', '/ResourceTypes?filter=x', '/ServiceProviderConfig?filter=x'])(
    'is not filtered: %s',
    async (path) => {
      const { status, body } = await call('GET', path);

      expect([status, body.schemas]).toEqual([403, [ERROR]]);
    },
  );
});

describe('an error', () => {
  it.each([
    ['GET', '/nothing', undefined, 404, undefined],
    ['GET', `/${randomUUID()}/x/y`, undefined, 404, undefined],
    ['GET', '/Users/nobody', undefined, 404, undefined],
    ['GET', `/Schemas/${USER}x`, undefined, 404, undefined],
    ['PUT', '/Users', {}, 405, undefined],
    ['POST', '/Users', '{', 400, 'invalidSyntax'],
    ['POST', '/Users', {}, 400, 'invalidSyntax'],
    ['POST', '/Users', { schemas: [GROUP], userName: 'x' }, 400, 'invalidSyntax'],
    ['POST', '/Users', { schemas: [USER] }, 400, 'invalidValue'],
    [
      'POST',
      '/Users',
      user('x', {
        emails: [
          { primary: true, value: 'a' },
          { primary: true, value: 'b' },
        ],
      }),
      400,
      'invalidValue',
    ],
    ['POST', '/Users', user('x', { active: 'maybe' }), 400, 'invalidValue'],
    [
      'POST',
      '/Groups',
      { schemas: [GROUP], displayName: 'x', members: [{ display: 'nobody' }] },
      400,
      'invalidValue',
    ],
    ['GET', '/Users?filter=nope', undefined, 400, 'invalidFilter'],
    ['GET', '/Users?filter=password%20eq%20%22x%22', undefined, 403, 'sensitive'],
    ['GET', '/Users?count=many', undefined, 400, 'invalidValue'],
    ['GET', '/Users?sortBy=nope', undefined, 400, 'invalidPath'],
    ['GET', '/Groups?sortBy=members.value', undefined, 400, 'invalidPath'],
    ['POST', '/.search', { schemas: [] }, 400, 'invalidSyntax'],
    ['PATCH', '/Users/nobody', patch(), 400, 'invalidSyntax'],
    ['PATCH', '/Users/nobody', { Operations: [{ op: 'add' }] }, 400, 'invalidSyntax'],
    ['POST', '/Bulk', { schemas: [] }, 400, 'invalidSyntax'],
  ] as const)('of %s %s has SCIM’s shape', async (method, path, body, status, scimType) => {
    const answer = await call(method, path, { body });

    expect(answer.headers.get('content-type')).toBe('application/scim+json');
    expect(answer.body).toEqual({
      schemas: [ERROR],
      status: String(status),
      detail: expect.any(String),
      ...(scimType && { scimType }),
    });
    expect(answer.status).toBe(status);
  });

  it.each(['viewer', 'operator', 'policy-author', 'security-admin'] as const)(
    'is what %s gets',
    async (role) => {
      const key = await scim.services.identity.createKey({ tenantId: 'one', role, name: role });

      const { status, body } = await call('GET', '/Users', { headers: { authorization: `Bearer ${key}` } });
      const nobody = await call('GET', '/Users', { headers: { authorization: '' } });

      expect([status, body.status, body.schemas]).toEqual([403, '403', [ERROR]]);
      expect([nobody.status, nobody.body.schemas]).toEqual([401, [ERROR]]);
      expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer/);
    },
  );
});

describe('every attribute of /Schemas', () => {
  type Attribute = {
    name: string;
    type: string;
    multiValued: boolean;
    mutability: string;
    required: boolean;
    canonicalValues?: string[];
    subAttributes?: Attribute[];
  };

  function sampleOf(attribute: Attribute, tag: string): unknown {
    if (attribute.type === 'boolean') return tag === 'a';
    if (attribute.type !== 'complex')
      return attribute.canonicalValues?.[tag === 'a' ? 0 : 1] ?? `${attribute.name}-${tag}`;
    const parts = (attribute.subAttributes ?? []).filter(({ mutability }) => mutability !== 'readOnly');
    const value = Object.fromEntries(parts.map((part) => [part.name, sampleOf(part, tag)]));
    return attribute.multiValued ? [value] : value;
  }

  function at(body: Json, urn: string, names: readonly string[]): unknown {
    const holder = urn === ENTERPRISE ? (body[urn] as Json | undefined) : body;
    return names.reduce<unknown>((value, name) => (value as Json | undefined)?.[name], holder);
  }

  it('is added, replaced and removed by PATCH, and asked for or left out', async () => {
    const { body } = await call('GET', '/Schemas');
    const id = await newUser();
    const path = `/Users/${id}`;
    const problems: string[] = [];
    for (const schema of (body.Resources as { id: string; attributes: Attribute[] }[]).filter(
      (found) => found.id !== GROUP,
    )) {
      const targets = schema.attributes
        .filter(
          ({ mutability, required, name }) => mutability === 'readWrite' && !required && name !== 'active',
        )
        .flatMap((attribute) => [
          { names: [attribute.name], attribute },
          ...(attribute.multiValued ? [] : (attribute.subAttributes ?? [])).flatMap((part) =>
            part.mutability === 'readOnly' ? [] : [{ names: [attribute.name, part.name], attribute: part }],
          ),
        ]);
      for (const { names, attribute } of targets) {
        const full = `${schema.id}:${names.join('.')}`;
        const check = async (op: string, value: unknown, expected: unknown) => {
          const answer = await call('PATCH', path, { body: patch({ op, path: full, value }) });
          const got = at(answer.body, schema.id, names);
          if (answer.status !== 200 || JSON.stringify(got) !== JSON.stringify(expected))
            problems.push(`${op} ${full}: ${answer.status} ${JSON.stringify(got)}`);
        };
        await check('add', sampleOf(attribute, 'a'), sampleOf(attribute, 'a'));
        const only = await call('GET', `${path}?attributes=${encodeURIComponent(full)}`);
        if (at(only.body, schema.id, names) === undefined || only.body.userName !== undefined)
          problems.push(`only ${full}`);
        const others = await call('GET', `${path}?excludedAttributes=${encodeURIComponent(full)}`);
        if (at(others.body, schema.id, names) !== undefined || others.body.userName === undefined)
          problems.push(`without ${full}`);
        await check('replace', sampleOf(attribute, 'b'), sampleOf(attribute, 'b'));
        await check('remove', undefined, undefined);
      }
    }

    expect(problems).toEqual([]);
  });
});

describe.skipIf(!isShared)('Entra’s habits', () => {
  type Case = { id: string; resource?: string; http?: string; request?: Json | Json[]; expect: unknown };
  const { cases } = isShared ? shared<{ cases: Case[] }>('entra-quirks.cases.json') : { cases: [] };
  const patches = cases.filter(({ request, resource }) => request && resource !== 'Group');

  it.each(patches.map((item) => [item.id, item] as const))('%s', async (id, { request, expect: wanted }) => {
    const path = `/Users/${await newUser({ externalId: randomUUID() })}`;
    const managers: unknown[] = [];

    for (const body of [request ?? []].flat()) {
      const answer = await call('PATCH', path, { body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      const read = await call('GET', path);
      expect(read.body).toEqual(answer.body);
      managers.push(((read.body[ENTERPRISE] as Json | undefined)?.manager as Json | undefined)?.value);
      if (typeof wanted === 'object') expect(read.body).toMatchObject(wanted as Json);
      if (id === 'null-update-empty-string') expect(read.body.title).toBeUndefined();
    }

    if (id === 'manager-set-change-remove') expect(managers).toEqual(['id1', 'id2', undefined]);
  });

  it('remove members in both shapes, and add them once', async () => {
    const of = (id: string) => cases.find((item) => item.id === id)?.request as Json;
    const flagged = '7f4bc1a3-285e-48ae-8202-5accb43efb0e';
    const id = await create('/Groups', group(`G ${randomUUID()}`, ['u1091', flagged, 'stays']));
    const after = async (name: string) => {
      const { status } = await call('PATCH', `/Groups/${id}`, { body: of(name) });
      return [status, ...(await membersOf(id))];
    };

    expect(await after('member-remove-legacy-value-array')).toEqual([204, flagged, 'stays']);
    expect(await after('member-remove-flagged-filter')).toEqual([204, 'stays']);
    expect(await after('member-remove-flagged-filter')).toEqual([204, 'stays']);
    expect(await after('member-add')).toEqual([204, 'stays', 'u1091']);
    expect(await after('member-add')).toEqual([204, 'stays', 'u1091']);
  });

  it('ask for lists as they do', async () => {
    const name = `g ${randomUUID()}`;
    await create('/Groups', group(name, ['a']));
    await newUser({ emails: [{ type: 'work', value: 'a@b' }] });

    const none = await find('/Users', 'userName eq "nobody@x"');
    const groups = await find('/Groups', `displayName eq "${name}"`, '&excludedAttributes=members');
    const byMail = await find('/Users', 'emails[type eq "work"].value eq "a@b"');

    expect(none.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
    });
    expect(
      (groups.body.Resources as Json[]).map(({ displayName, members }) => [displayName, members]),
    ).toEqual([[name, undefined]]);
    expect(byMail.body.totalResults).toBe(1);
  });
});
