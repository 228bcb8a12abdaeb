import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  ERROR,
  group,
  type Json,
  patch,
  type ScimClient,
  startScim,
  user,
} from '../support/scim.ts';

let scim: Awaited<ReturnType<typeof startScim>>;
let call: ScimClient;

beforeAll(async () => {
  scim = await startScim();
  call = await scim.clientOf('one');
});
afterAll(async () => {
  await scim.stop();
});

function name(): string {
  return `user-${randomUUID()}@example.com`;
}

async function create(endpoint: '/Users' | '/Groups', body: Json): Promise<string> {
  const created = await call('POST', endpoint, { body });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return String(created.body.id);
}

async function membersOf(id: string): Promise<string[]> {
  const { body } = await call('GET', `/Groups/${id}`);
  return ((body.members ?? []) as { value: string }[]).map(({ value }) => value).sort();
}

describe('a resource', () => {
  it('is created, read, replaced and deleted', async () => {
    const userName = name();

    const created = await call('POST', '/Users', {
      body: user(userName, { displayName: 'Babs', title: '', nope: 1, password: 'secret', active: 'True' }),
    });
    const path = `/Users/${String(created.body.id)}`;
    const read = await call('GET', path);
    const replaced = await call('PUT', path, { body: user(userName, { title: 'Boss' }) });
    const deleted = await call('DELETE', path);
    const gone = await call('GET', path);

    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`https://scim.test/scim/v2${path}`);
    expect(created.headers.get('content-type')).toBe('application/scim+json');
    expect(created.body).toMatchObject({ userName, displayName: 'Babs', active: true });
    expect(Object.keys(created.body).sort()).toEqual([
      'active',
      'displayName',
      'id',
      'meta',
      'schemas',
      'userName',
    ]);
    expect(read.body).toEqual(created.body);
    expect(created.body.meta).toMatchObject({
      resourceType: 'User',
      location: created.headers.get('location'),
    });
    expect(replaced.body).toMatchObject({ userName, title: 'Boss', active: true });
    expect(replaced.body.displayName).toBeUndefined();
    expect([deleted.status, gone.status, gone.body.schemas]).toEqual([204, 404, [ERROR]]);
  });

  it('that was disabled stays so when PUT leaves active out, and is still returned', async () => {
    const userName = name();
    const id = await create('/Users', user(userName, { active: false }));

    await call('PUT', `/Users/${id}`, { body: user(userName, { title: 'x' }) });
    const { status, body } = await call('GET', `/Users/${id}`);
    const listed = await call('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);

    expect([status, body.active]).toEqual([200, false]);
    expect(listed.body.totalResults).toBe(1);
  });

  it('has a version: 304, 412, and no new one where nothing changes', async () => {
    const id = await create('/Users', user(name()));
    const path = `/Users/${id}`;
    const change = (title: string, headers = {}) =>
      call('PATCH', path, { body: patch({ op: 'replace', path: 'title', value: title }), headers });

    const first = await call('GET', path);
    const unchanged = await call('GET', path, { headers: { 'if-none-match': 'W/"1"' } });
    const changed = await change('a', { 'if-match': 'W/"1"' });
    const again = await change('a', { 'if-match': 'W/"2"' });
    const late = await change('b', { 'if-match': 'W/"1"' });
    const deletedLate = await call('DELETE', path, { headers: { 'if-match': 'W/"1"' } });
    const any = await change('c', { 'if-match': '*' });

    expect(first.headers.get('etag')).toBe('W/"1"');
    expect([unchanged.status, changed.status, again.status]).toEqual([304, 200, 200]);
    expect([changed, again].map(({ headers }) => headers.get('etag'))).toEqual(['W/"2"', 'W/"2"']);
    expect([late.status, deletedLate.status, any.status]).toEqual([412, 412, 200]);
    expect(late.body).toMatchObject({ schemas: [ERROR], status: '412' });
  });

  it('is answered with what was asked for', async () => {
    const id = await create(
      '/Users',
      user(name(), {
        title: 'Boss',
        emails: [{ value: 'a@b', type: 'work' }],
        [ENTERPRISE]: { department: 'D', costCenter: 'C' },
      }),
    );

    const some = await call('GET', `/Users/${id}?attributes=USERNAME,emails.value,${ENTERPRISE}:department`);
    const others = await call(
      'GET',
      `/Users/${id}?excludedAttributes=title,emails.type,id,${ENTERPRISE}:costCenter`,
    );
    const both = await call('GET', `/Users/${id}?attributes=title&excludedAttributes=title`);

    expect(Object.keys(some.body).sort()).toEqual(['emails', 'id', 'schemas', ENTERPRISE, 'userName'].sort());
    expect([some.body.emails, some.body[ENTERPRISE]]).toEqual([[{ value: 'a@b' }], { department: 'D' }]);
    expect(others.body).toMatchObject({ id, emails: [{ value: 'a@b' }], [ENTERPRISE]: { department: 'D' } });
    expect(others.body.title).toBeUndefined();
    expect((others.body[ENTERPRISE] as Json).costCenter).toBeUndefined();
    expect([both.status, both.body.scimType]).toEqual([400, 'invalidValue']);
  });
});

describe('names are taken once', () => {
  it('by users in any case, also at the same moment and on two instances', async () => {
    const userName = name();
    const other = scim.newInstance();

    const answers = await Promise.all(
      [userName, userName.toUpperCase(), userName, userName].map((given, index) =>
        call('POST', '/Users', { body: user(given), ...(index % 2 === 0 && { on: other }) }),
      ),
    );

    const refused = answers.filter(({ status }) => status !== 201);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(refused.map(({ status, body }) => [status, body.status, body.scimType])).toEqual(
      Array.from({ length: 3 }, () => [409, '409', 'uniqueness']),
    );
  });

  it('by groups, and given free by renaming and deleting', async () => {
    const [first, second] = [`G ${randomUUID()}`, `H ${randomUUID()}`];
    const id = await create('/Groups', group(first));

    const twice = await call('POST', '/Groups', { body: group(first.toLowerCase()) });
    const renamed = await call('PATCH', `/Groups/${id}`, {
      body: patch({ op: 'Replace', path: 'displayName', value: second }),
    });
    const free = await call('POST', '/Groups', { body: group(first) });
    const conflict = await call('PATCH', `/Groups/${id}`, {
      body: patch({ op: 'Replace', value: { displayName: first } }),
    });
    await call('DELETE', `/Groups/${String(free.body.id)}`);
    const again = await call('POST', '/Groups', { body: group(first) });

    expect([twice.status, twice.body.scimType]).toEqual([409, 'uniqueness']);
    expect([renamed.status, free.status, conflict.status, again.status]).toEqual([204, 201, 409, 201]);
  });

  it('of external ids too, so that nobody signs in as another', async () => {
    const externalId = randomUUID();
    await create('/Users', user(name(), { externalId }));

    const twice = await call('POST', '/Users', { body: user(name(), { externalId }) });

    expect([twice.status, twice.body.scimType]).toEqual([409, 'uniqueness']);
  });

  it('without a change being lost when many change one user', async () => {
    const id = await create('/Users', user(name()));
    const attributes = ['title', 'nickName', 'displayName', 'userType', 'locale', 'timezone'];

    const answers = await Promise.all(
      attributes.map((path) =>
        call('PATCH', `/Users/${id}`, { body: patch({ op: 'add', path, value: path }) }),
      ),
    );

    const { body } = await call('GET', `/Users/${id}`);
    expect(answers.map(({ status }) => status)).toEqual(attributes.map(() => 200));
    expect(body).toMatchObject(Object.fromEntries(attributes.map((path) => [path, path])));
    expect((body.meta as Json).version).toBe('W/"7"');
  });
});

describe('a list', () => {
  let list: ScimClient;
  const names = Array.from({ length: 13 }, (_, index) => `p${String(index).padStart(2, '0')}`);

  beforeAll(async () => {
    list = await scim.clientOf('paging');
    for (const userName of names.toReversed())
      await list('POST', '/Users', { body: user(userName, { active: userName !== 'p03', title: 'T' }) });
  });

  const namesIn = ({ body }: { body: Json }) => (body.Resources as Json[]).map(({ userName }) => userName);

  it('comes in pages without gaps or repeats, oldest first', async () => {
    const pages = [];
    for (const startIndex of [1, 6, 11])
      pages.push(await list('GET', `/Users?startIndex=${startIndex}&count=5`));

    expect(pages.flatMap(namesIn)).toEqual(names.toReversed());
    expect(pages.map(({ body }) => [body.totalResults, body.startIndex, body.itemsPerPage])).toEqual([
      [13, 1, 5],
      [13, 6, 5],
      [13, 11, 3],
    ]);
  });

  it('is sorted, filtered and counted', async () => {
    const filter = encodeURIComponent('active eq true and title eq "t" and userName ge "P01"');
    const sorted = await list('GET', `/Users?filter=${filter}&sortBy=userName&sortOrder=descending&count=3`);
    const next = await list(
      'GET',
      `/Users?filter=${filter}&sortBy=userName&sortOrder=descending&startIndex=4&count=3`,
    );
    const counted = await list('GET', '/Users?count=0');
    const odd = await list('GET', '/Users?startindex=0&COUNT=-5&aadOptscim062020=1');

    expect([...namesIn(sorted), ...namesIn(next)]).toEqual(['p12', 'p11', 'p10', 'p09', 'p08', 'p07']);
    expect(sorted.body.totalResults).toBe(11);
    expect([counted.body.totalResults, counted.body.Resources]).toEqual([13, []]);
    expect([odd.status, odd.body.startIndex, odd.body.totalResults]).toEqual([200, 1, 13]);
  });

  it('shows a write at once, on another instance too', async () => {
    const other = scim.newInstance();
    const before = await list('GET', '/Users?count=0', { on: other });
    const extra = await list('POST', '/Users', { body: user('extra') });
    const after = await list('GET', '/Users?count=0', { on: other });
    await list('DELETE', `/Users/${String(extra.body.id)}`);

    expect([before.body.totalResults, after.body.totalResults]).toEqual([13, 14]);
    expect((await list('GET', '/Users?count=0', { on: other })).body.totalResults).toBe(13);
  });

  it('is searched for once, whichever page is asked for, until something changes', async () => {
    const { searcher } = scim.services.directory.of('paging').users;
    const search = { filter: 'title eq "T"', sortBy: 'userName' };

    const first = await searcher.ids({ ...search, ...{ startIndex: 1 } });
    const next = await searcher.ids({ ...search, ...{ startIndex: 6 } });
    const other = await searcher.ids({ filter: 'title eq "t"', sortBy: 'userName', sortOrder: 'descending' });
    const extra = await list('POST', '/Users', { body: user('p99', { title: 'T' }) });
    const changed = await searcher.ids(search);
    await list('DELETE', `/Users/${String(extra.body.id)}`);

    expect(next).toBe(first);
    expect(other).toEqual(first.toReversed());
    expect(changed).toEqual([...first, extra.body.id]);
  });

  it('of nothing is a list too', async () => {
    const { status, body } = await list(
      'GET',
      `/Users?filter=${encodeURIComponent(`userName eq "${randomUUID()}"`)}`,
    );

    expect([status, body.totalResults, body.Resources]).toEqual([200, 0, []]);
  });

  it('is asked for in a body as well, of users and groups together', async () => {
    await list('POST', '/Groups', { body: group('P Group') });
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];

    const users = await list('POST', '/Users/.search', {
      body: { schemas, filter: 'userName sw "p0"', attributes: ['userName'], count: 2 },
    });
    const all = await list('POST', '/.search', {
      body: { schemas, filter: 'userName eq "p01" or displayName sw "P G"', startIndex: 1, count: 10 },
    });

    expect([users.body.totalResults, Object.keys((users.body.Resources as Json[])[0] ?? {}).sort()]).toEqual([
      10,
      ['id', 'schemas', 'userName'],
    ]);
    expect(
      (all.body.Resources as Json[]).map(({ displayName, userName }) => displayName ?? userName),
    ).toEqual(['p01', 'P Group']);
  });
});

describe('a group', () => {
  it('has members, of whom each sees its groups', async () => {
    const ids = [await create('/Users', user(name())), await create('/Users', user(name()))];
    const displayName = `Team ${randomUUID()}`;
    const id = await create('/Groups', group(displayName, ids));

    const [member] = [await call('GET', `/Users/${ids[0]}`)];
    const filtered = await call(
      'GET',
      `/Groups?filter=${encodeURIComponent(`members eq "${ids[0]}"`)}&excludedAttributes=members`,
    );
    const ofGroup = await call('GET', `/Users?filter=${encodeURIComponent(`groups.value eq "${id}"`)}`);
    const isMember = await call(
      'GET',
      `/Groups?filter=${encodeURIComponent(`id eq "${id}" and members[value eq "nobody"]`)}`,
    );

    expect(await membersOf(id)).toEqual(ids.toSorted());
    expect(member.body.groups).toEqual([
      { value: id, display: displayName, type: 'direct', $ref: `https://scim.test/scim/v2/Groups/${id}` },
    ]);
    expect(filtered.body.totalResults).toBe(1);
    expect((filtered.body.Resources as Json[])[0]?.members).toBeUndefined();
    expect([ofGroup.body.totalResults, isMember.body.totalResults]).toEqual([2, 0]);
  });

  it('loses who is deleted, and a deleted group is nobody’s', async () => {
    const ids = [await create('/Users', user(name())), await create('/Users', user(name()))];
    const id = await create('/Groups', group(`Team ${randomUUID()}`, ids));

    await call('DELETE', `/Users/${ids[0]}`);
    const left = await membersOf(id);
    const { body } = await call('GET', `/Groups/${id}`);
    await call('DELETE', `/Groups/${id}`);

    expect(left).toEqual([ids[1]]);
    expect((body.meta as Json).version).toBe('W/"2"');
    expect((await call('GET', `/Users/${ids[1]}`)).body.groups).toBeUndefined();
    expect((await call('GET', `/Groups/${id}`)).status).toBe(404);
  });

  it('takes thousands of members in one request, and gives them up again', async () => {
    const members = Array.from({ length: 500 }, () => randomUUID());
    const id = await create('/Groups', group(`Crowd ${randomUUID()}`, members));

    const some = await membersOf(id);
    await call('PATCH', `/Groups/${id}`, {
      body: patch({ op: 'add', path: 'members', value: [{ value: 'one-more' }] }),
    });
    await call('PUT', `/Groups/${id}`, { body: group(`Crowd ${randomUUID()}`, ['a', 'b']) });

    expect(some).toEqual(members.toSorted());
    expect(await membersOf(id)).toEqual(['a', 'b']);
  });

  it('changed by many at once loses no member', async () => {
    const id = await create('/Groups', group(`Busy ${randomUUID()}`));
    const members = Array.from({ length: 8 }, () => randomUUID());

    const answers = await Promise.all(
      members.map((value) =>
        call('PATCH', `/Groups/${id}`, { body: patch({ op: 'Add', path: 'members', value: [{ value }] }) }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(members.map(() => 204));
    expect(await membersOf(id)).toEqual(members.toSorted());
  });
});

describe('signing in', () => {
  it('finds a user by object id, else by name, with the groups, and sees what is disabled at once', async () => {
    const { directory } = scim.services;
    const other = scim.newInstance();
    const [oid, userName] = [randomUUID(), name()];
    const id = await create('/Users', user(userName, { externalId: oid }));
    const displayName = `Admins ${randomUUID()}`;
    const groupId = await create('/Groups', group(displayName, [id]));

    const byOid = await directory.findUser('one', { oid, userName: 'somebody else' });
    const byName = await directory.findUser('one', { oid: randomUUID(), userName: userName.toUpperCase() });
    await call('PATCH', `/Groups/${groupId}`, {
      body: patch({ op: 'replace', path: 'displayName', value: `${displayName} 2` }),
    });
    const renamed = await other.directory.findUser('one', { oid });
    await call('PATCH', `/Users/${id}`, { body: patch({ op: 'Replace', path: 'active', value: 'False' }) });

    expect(byOid).toEqual({ id, active: true, groups: [{ id: groupId, displayName }] });
    expect(byName).toEqual(byOid);
    expect(renamed?.groups).toEqual([{ id: groupId, displayName: `${displayName} 2` }]);
    expect(await other.directory.findUser('one', { oid })).toEqual({ id, active: false, groups: [] });
    expect(await directory.findUser('two', { oid, userName })).toBeUndefined();
    expect(
      (await call('PATCH', `/Users/${id}`, { body: patch({ op: 'remove', path: 'active' }) })).body.active,
    ).toBeUndefined();
    expect((await directory.findUser('one', { oid }))?.active).toBe(false);
  });
});

describe('tenants', () => {
  it('do not see each other', async () => {
    const other = await scim.clientOf('two');
    const userName = name();
    const id = await create('/Users', user(userName, { title: 'marker-of-one' }));
    const groupId = await create('/Groups', group(`Own ${randomUUID()}`, [id]));

    const answers = await Promise.all([
      other('GET', `/Users/${id}`),
      other('PUT', `/Users/${id}`, { body: user(userName) }),
      other('PATCH', `/Users/${id}`, { body: patch({ op: 'replace', path: 'active', value: false }) }),
      other('DELETE', `/Users/${id}`),
      other('GET', `/Groups/${groupId}`),
      other('PATCH', `/Groups/${groupId}`, { body: patch({ op: 'remove', path: 'members' }) }),
      other('DELETE', `/Groups/${groupId}`),
    ]);
    const missing = await other('GET', `/Users/${randomUUID()}`);
    const lists = await Promise.all([other('GET', '/Users'), other('GET', '/Groups')]);
    const same = await other('POST', '/Users', { body: user(userName) });

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(answers.map(({ body }) => Object.keys(body))).toEqual(
      answers.map(() => Object.keys(missing.body)),
    );
    expect(lists.map(({ body }) => body.totalResults)).toEqual([0, 0]);
    expect(JSON.stringify(answers)).not.toContain('marker-of-one');
    expect(same.status).toBe(201);
    expect(await membersOf(groupId)).toEqual([id]);
  });
});
