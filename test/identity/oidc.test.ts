import { createHmac, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Identity } from '#features/identity/index.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type CallOptions, callApi } from '../support/api.ts';
import { manualClock, startEmulators } from '../support/emulators.ts';
import { type Issuer, startIssuer } from '../support/oidcIssuer.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const FRIEND = '22222222-2222-4222-8222-222222222222';
const STRANGER = '99999999-9999-4999-8999-999999999999';
const AUDIENCE = 'api://policycortex';
const OID = '55555555-5555-4555-8555-555555555555';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let issuer: Issuer;
let services: Services;
let owner: string;

beforeAll(async () => {
  [emulators, issuer] = await Promise.all([startEmulators(), startIssuer()]);
  services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: TENANT,
      LOG_LEVEL: 'error',
      ENTRA_AUTHORITY: issuer.url,
      ENTRA_TENANT_IDS: `${TENANT},${FRIEND}`,
      ENTRA_AUDIENCES: `${AUDIENCE},client-1`,
      GITHUB_ISSUER: `${issuer.url}/github`,
      GITHUB_AUDIENCE: AUDIENCE,
      PUBLIC_URL: 'https://pcx.contoso.com',
      SIGN_IN_CLIENT_ID: 'browser-client',
    }),
  );
  owner = await services.identity.createKey({ tenantId: TENANT, role: 'owner', name: 'owner' });
});
afterAll(async () => {
  await services.queues.close();
  await issuer.close();
  await emulators.stop();
});

function call(target: string, options: CallOptions = {}) {
  return callApi(services, target, options);
}

type Claims = Readonly<Record<string, unknown>>;

/** Claims of an access token for a user, as Entra v2 gives them. */
function userClaims(more: Claims = {}): JWTPayload {
  const tid = typeof more.tid === 'string' ? more.tid : TENANT;
  const claims: Claims = {
    iss: issuer.v2(tid),
    aud: AUDIENCE,
    tid,
    oid: OID,
    sub: 'pairwise',
    scp: 'access',
    ver: '2.0',
    preferred_username: 'kim@contoso.com',
    roles: ['viewer'],
    ...more,
  };
  return JSON.parse(JSON.stringify(claims)) as JWTPayload;
}

async function statusOf(token: string, target = 'GET /api/v1/subscriptions'): Promise<number> {
  return (await call(target, { key: token })).status;
}

async function as(more: Claims = {}) {
  return call('GET /auth/me', { key: await issuer.sign(userClaims(more)) });
}

async function map(data: readonly object[]) {
  const answer = await call('PUT /api/v1/role-mappings', { key: owner, body: { data } });
  expect(answer.status).toBe(200);
}

describe('an access token', () => {
  beforeEach(() => map([]));

  it('of a user is taken, from both forms of the issuer', async () => {
    const [v2, v1] = [await as(), await as({ iss: issuer.v1(TENANT), upn: 'kim@contoso.com' })];

    expect(v2.json).toMatchObject({
      tenant_id: TENANT,
      id: `user:${OID}`,
      kind: 'user',
      name: 'kim@contoso.com',
      roles: ['viewer'],
    });
    expect(v1.status).toBe(200);
  });

  it('of a workload (client credentials) is one of its client id', async () => {
    const { json } = await as({
      idtyp: 'app',
      sub: OID,
      scp: undefined,
      azp: 'client-7',
      app_displayname: 'pipeline',
      roles: ['operator'],
    });

    expect(json).toMatchObject({
      id: 'app:client-7',
      kind: 'workload',
      name: 'pipeline',
      roles: ['operator'],
    });
  });

  it('of GitHub Actions has the roles that its subject is mapped to', async () => {
    const claims = {
      iss: `${issuer.url}/github`,
      aud: AUDIENCE,
      sub: 'repo:contoso/infra:ref:refs/heads/main',
      repository: 'contoso/infra',
    };
    const before = await statusOf(await issuer.sign(claims));
    await map([{ claim: 'subject', value: 'repo:contoso/infra:*', role: 'operator' }]);

    const { json } = await call('GET /auth/me', { key: await issuer.sign(claims) });
    const other = await statusOf(
      await issuer.sign({ ...claims, sub: 'repo:evil/infra:ref:refs/heads/main' }),
    );

    expect([before, other]).toEqual([403, 403]);
    expect(json).toMatchObject({
      id: 'github:contoso:infra',
      kind: 'workload',
      tenant_id: TENANT,
      roles: ['operator'],
    });
  });

  it('of another tenant of the list sees that tenant alone', async () => {
    await call('POST /api/v1/resources', {
      key: owner,
      body: { name: 'canary-one', resource_type: 'Microsoft.Test/things' },
    });
    const token = await issuer.sign(userClaims({ tid: FRIEND }));

    const list = await call('GET /api/v1/resources', { key: token });

    expect(list.status).toBe(200);
    expect(list.text).not.toContain('canary-one');
  });

  it('has roles by app role, group and mapping, all of them', async () => {
    const group = randomUUID();
    await map([
      { claim: 'group', value: group, role: 'operator' },
      { claim: 'appRole', value: 'Authors', role: 'policy-author' },
    ]);

    const { json } = await as({ roles: ['PolicyCortex.Viewer', 'Authors', 'nothing'], groups: [group] });

    expect(json.roles).toEqual(['viewer', 'operator', 'policy-author']);
    expect((await as({ roles: [] })).status).toBe(403);
    expect(await statusOf(await issuer.sign(userClaims()), 'POST /api/v1/sync')).toBe(403);
  });
});

describe('a token attack', () => {
  const later = () => Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each<[string, () => Promise<string> | string]>([
    ['alg none', () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(userClaims())}.`],
    [
      'alg none with a signature',
      () => `${encode({ alg: 'None', typ: 'JWT' })}.${encode(userClaims())}.AAAA`,
    ],
    [
      'HS256 with the public key as secret',
      () => {
        const [key] = issuer.state.keys;
        const text = `${encode({ alg: 'HS256', kid: key?.kid })}.${encode({ ...userClaims(), exp: later() + 60 })}`;
        return `${text}.${createHmac('sha256', JSON.stringify(key?.jwk)).update(text).digest('base64url')}`;
      },
    ],
    [
      'a key of the attacker in `jwk`, `jku`, `x5u`',
      async () => {
        const other = await startIssuer();
        const token = await other.sign(userClaims(), {
          jwk: other.state.keys[0]?.jwk,
          jku: `${other.url}/x/discovery/v2.0/keys`,
          x5u: other.url,
        } as object);
        await other.close();
        return token;
      },
    ],
    [
      'the kid of ours, a key of the attacker',
      async () => {
        const other = await startIssuer();
        const kid = issuer.state.keys[0]?.kid ?? '';
        const token = await other.sign(userClaims(), { kid });
        await other.close();
        return token;
      },
    ],
    ['a kid that is a path', () => issuer.sign(userClaims(), { kid: '../../../../dev/null' })],
    ['a kid that is a URL', () => issuer.sign(userClaims(), { kid: 'https://evil.example/keys' })],
    ['a kid that is SQL', () => issuer.sign(userClaims(), { kid: "' UNION SELECT 'x" })],
    [
      'the issuer of another tenant with our tid',
      () => issuer.sign(userClaims({ iss: issuer.v2(FRIEND), tid: TENANT })),
    ],
    [
      'our issuer with the tid of another tenant',
      () => issuer.sign(userClaims({ iss: issuer.v2(TENANT), tid: FRIEND })),
    ],
    ['a tenant that is not on the list', () => issuer.sign(userClaims({ tid: STRANGER }))],
    [
      'an issuer that begins like ours',
      () => issuer.sign(userClaims({ iss: `${issuer.v2(TENANT)}.evil.example` })),
    ],
    ['the issuer `common`', () => issuer.sign(userClaims({ iss: issuer.v2('common') }))],
    ['no issuer', () => issuer.sign(userClaims({ iss: undefined }))],
    ['another audience', () => issuer.sign(userClaims({ aud: 'https://graph.microsoft.com' }))],
    ['no audience', () => issuer.sign(userClaims({ aud: undefined }))],
    ['expired', () => issuer.sign(userClaims({ exp: later() - 120 }))],
    ['no expiry', () => issuer.sign({ ...userClaims(), exp: undefined } as never)],
    ['not valid yet', () => issuer.sign(userClaims({ nbf: later() + 120 }))],
    ['no oid', () => issuer.sign(userClaims({ oid: undefined }))],
    ['an oid that is a path', () => issuer.sign(userClaims({ oid: '../x' }))],
    [
      'a crit header that nobody knows',
      () => `${encode({ alg: 'RS256', crit: ['x'], x: 1 })}.${encode(userClaims())}.AAAA`,
    ],
    [
      'a payload that was changed',
      async () => {
        const [head, , signature] = (await issuer.sign(userClaims())).split('.');
        return `${head}.${encode({ ...userClaims(), roles: ['owner'], exp: later() + 60 })}.${signature}`;
      },
    ],
    [
      'a huge token',
      async () => issuer.sign(userClaims({ groups: Array.from({ length: 900 }, () => randomUUID()) })),
    ],
    ['a JWE', () => `eyJ${'a'.repeat(20)}.b.c.d.e`],
    ['no JSON', () => 'eyJhbGciOiJSUzI1NiJ9.bm9qc29u.x'],
    ['nothing but its beginning', () => 'eyJ'],
    ['claims that are no object', () => `${encode({ alg: 'RS256' })}.${encode([1])}.AAAA`],
    [
      'a prototype',
      () =>
        `${encode({ alg: 'RS256' })}.${Buffer.from('{"__proto__":{"tid":"x"},"iss":"x"}').toString('base64url')}.AAAA`,
    ],
  ])('%s: 401', async (_, make) => {
    const answer = await call('GET /api/v1/subscriptions', { key: await make() });

    expect(answer.status).toBe(401);
    expect(answer.text).not.toMatch(/jose|node_modules|at \w+ \(/);
  });

  it('within the skew of a minute is none', async () => {
    expect(await statusOf(await issuer.sign(userClaims({ exp: later() - 30, nbf: later() + 30 })))).toBe(200);
  });
});

it('a user whom SCIM disables loses access within five seconds, with a token that is still good', async () => {
  const externalId = randomUUID();
  const headers = { 'content-type': 'application/scim+json' };
  const user = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'pat@contoso.com',
    externalId,
  };
  const made = await call('POST /scim/v2/Users', { key: owner, body: user, headers });
  const id = String(made.json.id);
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Cloud operators',
    members: [{ value: id }],
  };
  await call('POST /scim/v2/Groups', { key: owner, body: group, headers });
  await map([{ claim: 'group', value: 'cloud operators', role: 'operator' }]);
  const token = await issuer.sign(
    userClaims({ oid: externalId, preferred_username: 'pat@contoso.com', roles: [] }),
  );
  const before = await call('GET /auth/me', { key: token });

  const patch = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
  };
  const patched = await call(`PATCH /scim/v2/Users/${id}`, { key: owner, body: patch, headers });

  expect([made.status, patched.status, before.json.roles]).toEqual([201, 200, ['operator']]);
  await expect.poll(() => statusOf(token), { timeout: 8000, interval: 200 }).toBe(401);
  expect((await call('GET /auth/me', { key: token })).json.detail).toContain('the user is disabled');
}, 20_000);

describe('the keys of the issuer', () => {
  function newIdentity(): Identity {
    return new Identity({
      tables: emulators.tables,
      clock: manualClock(new Date().toISOString()),
      oidc: {
        authority: issuer.url,
        tenantIds: [TENANT],
        audiences: [AUDIENCE],
        github: undefined,
        keysCooldownMs: 200,
      },
    });
  }
  const authenticate = async (identity: Identity, token: string) =>
    identity.authenticate(new Request('http://host/', { headers: { authorization: `Bearer ${token}` } }));

  it('are read once, and again where a new one signs; one that was withdrawn is refused then', async () => {
    const identity = newIdentity();
    const old = await issuer.sign(userClaims({ jti: randomUUID() }));
    const older = await issuer.sign(userClaims({ jti: randomUUID() }));
    const reads = issuer.state.keyReads;
    await Promise.all(
      Array.from({ length: 20 }, async () =>
        authenticate(identity, await issuer.sign(userClaims({ jti: randomUUID() }))),
      ),
    );
    const readsBefore = issuer.state.keyReads - reads;
    await issuer.roll({ alone: true });
    const stillCached = await authenticate(identity, old);
    await new Promise((resolve) => setTimeout(resolve, 250));

    const rolled = await authenticate(identity, await issuer.sign(userClaims()));

    expect(readsBefore).toBe(1);
    expect(stillCached.id).toBe(`user:${OID}`);
    expect(rolled.id).toBe(`user:${OID}`);
    await expect(authenticate(identity, older)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('that cannot be had are our trouble, not the caller’s, and the next call asks again', async () => {
    const identity = newIdentity();
    const token = await issuer.sign(userClaims());
    issuer.state.isDown = true;
    const down = authenticate(identity, token);
    await expect(down).rejects.toMatchObject({ code: 'unavailable' });
    issuer.state.isDown = false;

    expect((await authenticate(identity, token)).id).toBe(`user:${OID}`);
  });

  it('are not asked for by unknown kids more often than the cooldown says', async () => {
    const identity = newIdentity();
    await authenticate(identity, await issuer.sign(userClaims()));
    const reads = issuer.state.keyReads;

    await Promise.allSettled(
      Array.from({ length: 50 }, async (_, n) =>
        authenticate(identity, await issuer.sign(userClaims(), { kid: `no-${n}` })),
      ),
    );

    expect(issuer.state.keyReads - reads).toBeLessThanOrEqual(2);
  });
});

it('who is disabled in the directory is out within five seconds; its groups give roles', async () => {
  const clock = manualClock(new Date().toISOString());
  const user = { active: true, groups: [{ id: randomUUID(), displayName: 'Cloud operators' }] };
  const asked: unknown[] = [];
  const identity = new Identity({
    tables: emulators.tables,
    clock,
    findUser: async (tenantId, who) => {
      asked.push([tenantId, who]);
      return user;
    },
    oidc: { authority: issuer.url, tenantIds: [TENANT], audiences: [AUDIENCE], github: undefined },
  });
  await map([{ claim: 'group', value: 'cloud OPERATORS', role: 'operator' }]);
  const headers = { authorization: `Bearer ${await issuer.sign(userClaims({ roles: [] }))}` };
  const authenticate = () => identity.authenticate(new Request('http://host/', { headers }));

  const before = await authenticate();
  user.active = false;
  clock.advance(5_001);

  expect(before.roles).toEqual(['operator']);
  expect(asked).toEqual([[TENANT, { oid: OID, userName: 'kim@contoso.com' }]]);
  await expect(authenticate()).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'the user is disabled',
  });
});

describe('sign-in of a browser', () => {
  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? '';

  /** What a browser does: our redirect, the provider's, and back to us. */
  async function signIn(query = ''): Promise<{ login: string; back: URL }> {
    const login = await call(`GET /auth/login${query}`);
    expect(login.status).toBe(302);
    const at = await fetch(login.headers.get('location') ?? '', { redirect: 'manual' });
    return { login: cookieOf(login.headers), back: new URL(at.headers.get('location') ?? '') };
  }

  beforeEach(() => {
    issuer.state.user = {
      oid: OID,
      sub: 'pairwise',
      preferred_username: 'kim@contoso.com',
      roles: ['operator'],
    };
    return map([]);
  });

  it('ends in a session that works, with a CSRF token, until it is signed out', async () => {
    const { login, back } = await signIn('?returnTo=/reports');
    const callback = await call(`GET ${back.pathname}${back.search}`, { headers: { cookie: login } });
    const cookie = cookieOf(callback.headers);
    const me = await call('GET /auth/me', { headers: { cookie } });
    const csrf = String(me.json.csrf_token);
    const body = { name: `by-browser-${randomUUID()}`, resource_type: 'Microsoft.Test/things' };

    const writes = [
      await call('POST /api/v1/resources', { headers: { cookie }, body }),
      await call('POST /api/v1/resources', { headers: { cookie, 'x-csrf-token': 'x' }, body }),
      await call('POST /api/v1/resources', { headers: { cookie, 'x-csrf-token': csrf }, body }),
    ];
    const out = await call('POST /auth/logout', { headers: { cookie } });

    expect(back.origin).toBe('https://pcx.contoso.com');
    expect([callback.status, callback.headers.get('location')]).toEqual([302, '/reports']);
    expect(callback.headers.get('set-cookie')).toMatch(
      /^__Host-pcx_session=[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(me.json).toMatchObject({ id: `user:${OID}`, roles: ['operator'] });
    expect(writes.map(({ status }) => status)).toEqual([403, 403, 201]);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await call('GET /auth/me', { headers: { cookie } })).status).toBe(401);
  });

  it.each<[string, (flow: { login: string; back: URL }) => { search: string; cookie: string }]>([
    [
      'another browser',
      ({ back }) => ({ search: back.search, cookie: `__Host-pcx_sign_in=${'a'.repeat(43)}` }),
    ],
    ['no cookie', ({ back }) => ({ search: back.search, cookie: '' })],
    ['another state', ({ login }) => ({ search: '?code=x&state=y', cookie: login })],
    [
      'a code that was made up',
      ({ login, back }) => {
        back.searchParams.set('code', 'made-up');
        return { search: back.search, cookie: login };
      },
    ],
    [
      'an error of the provider',
      ({ login, back }) => ({
        search: `?error=access_denied&state=${back.searchParams.get('state')}`,
        cookie: login,
      }),
    ],
  ])('with %s is refused', async (_, change) => {
    const { search, cookie } = change(await signIn());

    const answer = await call(`GET /auth/callback${search}`, { headers: { cookie } });

    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('works once: a callback that is sent again is refused', async () => {
    const { login, back } = await signIn();
    const answers = [];
    for (let n = 0; n < 2; n += 1)
      answers.push(await call(`GET ${back.pathname}${back.search}`, { headers: { cookie: login } }));

    expect(answers.map(({ status }) => status)).toEqual([302, 401]);
  });

  it('of a user of another tenant than the one it began with is refused', async () => {
    issuer.state.user = { ...issuer.state.user, tid: STRANGER };
    const { login, back } = await signIn();

    expect((await call(`GET ${back.pathname}${back.search}`, { headers: { cookie: login } })).status).toBe(
      401,
    );
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'])(
    'goes back to no %s',
    async (path) => {
      expect((await call(`GET /auth/login?returnTo=${encodeURIComponent(path)}`)).status).toBe(400);
    },
  );
});
