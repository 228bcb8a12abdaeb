import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Failure } from '#platform/failure.ts';
import { Api } from './api.ts';
import type { Dialect } from './dialect.ts';
import { toOpenApi } from './openapi.ts';
import { UNSCOPED } from './principal.ts';
import type { Role } from './role.ts';
import { definePublicRoute, defineRoute } from './route.ts';

type Json = { readonly content?: Readonly<Record<string, unknown>> };
const responses = { 200: { description: 'ok' } };
const dialect: Dialect = {
  prefix: '/own',
  mediaType: 'application/own+json',
  error: z.object({ wrong: z.string() }),
  toError: ({ status, detail }) => ({ wrong: `${status}: ${detail}` }),
};
const routes = [
  defineRoute({
    name: 'getThing',
    method: 'GET',
    path: '/things/{id+}',
    role: 'viewer',
    summary: '',
    responses,
    handle: async ({ params, principal }) => ({ body: { ...params, tenant: principal.tenantId } }),
  }),
  defineRoute({
    name: 'getThingHistory',
    method: 'GET',
    path: '/things/{id+}/history',
    role: 'viewer',
    summary: '',
    responses,
    handle: async ({ params }) => ({ body: { historyOf: params.id } }),
  }),
  defineRoute({
    name: 'makeThing',
    method: 'POST',
    path: '/things',
    role: 'operator',
    summary: '',
    query: z.strictObject({ n: z.coerce.number().int().optional() }),
    body: z.strictObject({ name: z.string().min(1), size: z.number().optional() }),
    responses,
    handle: async ({ body, query }) => ({ status: 201, body: { ...body, ...query } }),
  }),
  defineRoute({
    name: 'fail',
    method: 'GET',
    path: '/fail/{how}',
    role: 'viewer',
    summary: '',
    responses,
    handle: async ({ params }) => {
      if (params.how === 'throttled') throw new Failure('throttled', 'slow down', { retryAfterSeconds: 7 });
      throw new Error('secret inner detail');
    },
  }),
  defineRoute({
    name: 'putOwn',
    method: 'PUT',
    path: '/own/thing',
    role: 'operator',
    summary: '',
    dialect,
    body: z.strictObject({ name: z.string() }),
    responses,
    handle: async ({ body, origin }) => ({ body: { ...body, origin }, headers: { etag: 'W/"7"' } }),
  }),
  definePublicRoute({
    name: 'open',
    method: 'GET',
    path: '/open',
    summary: '',
    responses,
    handle: async () => ({ body: 1 }),
  }),
];

const api = new Api({
  routes,
  maxBodyBytes: 1000,
  authenticate: async (request) => {
    const role = request.headers.get('authorization');
    if (!role) throw new Failure('unauthenticated', 'no key');
    return { tenantId: 't1', id: 'k', kind: 'key', roles: [role as Role], name: 'k', scopes: UNSCOPED };
  },
});

function send(
  method: string,
  path: string,
  options: { role?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = {
    ...(options.role && { authorization: options.role }),
    'content-type': 'application/json',
    ...options.headers,
  };
  return api.handle(
    new Request(`http://host${path}`, {
      method,
      headers,
      ...(options.body !== undefined && { body: options.body }),
    }),
    () => undefined,
  );
}

describe('routing', () => {
  it.each([
    ['/things/subscriptions/a/b', 'subscriptions/a/b'],
    ['/things//subscriptions/a/b', 'subscriptions/a/b'],
    ['/things/%2Fsubscriptions%2Fa%2Fb', '/subscriptions/a/b'],
    ['/things/a%23b%3Fc%25', 'a#b?c%'],
  ])('reads the id of %s', async (path, id) => {
    const response = await send('GET', path, { role: 'viewer' });

    expect(await response.json()).toEqual({ id, tenant: 't1' });
  });

  it('finds a suffix behind an id of many segments', async () => {
    const response = await send('GET', '/things/a/b/c/history', { role: 'viewer' });

    expect(await response.json()).toEqual({ historyOf: 'a/b/c' });
  });

  it('answers 404 with where to look, and 405 with what is allowed', async () => {
    const [missing, wrong] = [await send('GET', '/nothing'), await send('DELETE', '/things')];

    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ next: expect.stringContaining('openapi.json') });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
  });
});

describe('authorization', () => {
  it.each([
    ['GET', '/things/a', undefined, 401],
    ['GET', '/things/a', 'viewer', 200],
    ['POST', '/things', 'viewer', 403],
    ['POST', '/things', 'policy-author', 403],
    ['POST', '/things', 'operator', 201],
    ['POST', '/things', 'owner', 201],
    ['GET', '/open', undefined, 200],
  ])('%s %s as %s answers %i', async (method, path, role, status) => {
    const response = await send(method, path, {
      ...(role && { role }),
      ...(method === 'POST' && { body: '{"name":"x"}' }),
    });

    expect(response.status).toBe(status);
  });
});

describe('input', () => {
  it.each([
    ['no JSON', '{', 400, '/'],
    ['no field', '{}', 400, '/name'],
    ['a wrong type', '{"name":1}', 400, '/name'],
    ['an unknown field', '{"name":"x","nmae":1}', 400, '/nmae'],
    ['a prototype', '{"name":"x","__proto__":{"a":1}}', 400, '/__proto__'],
    ['too many bytes', `{"name":"${'x'.repeat(2000)}"}`, 413, undefined],
    ['too much nesting', `{"name":${'['.repeat(100)}${']'.repeat(100)}}`, 413, '/'],
  ])('with %s is a problem that names the field', async (_, body, status, field) => {
    const response = await send('POST', '/things', { role: 'operator', body });

    const problem = (await response.json()) as { errors?: { field: string }[] };
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    if (field) expect(problem.errors?.map((error) => error.field)).toContain(field);
  });

  it('that is not JSON by its type, or not UTF-8, is refused', async () => {
    const notJson = await send('POST', '/things', {
      role: 'operator',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    const request = new Request('http://host/things', {
      method: 'POST',
      headers: { authorization: 'operator', 'content-type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    const notUtf8 = await api.handle(request, () => undefined);

    expect([notJson.status, notUtf8.status]).toEqual([415, 400]);
  });

  it('in the query is checked too', async () => {
    const responses_ = [
      await send('POST', '/things?n=x', { role: 'operator', body: '{"name":"x"}' }),
      await send('POST', '/things?m=1', { role: 'operator', body: '{"name":"x"}' }),
      await send('POST', '/things?n=1&n=2', { role: 'operator', body: '{"name":"x"}' }),
      await send('POST', '/things?n=7', { role: 'operator', body: '{"name":"x"}' }),
    ];

    expect(responses_.map(({ status }) => status)).toEqual([400, 400, 400, 201]);
  });

  it('with broken percent-encoding in the path is a problem, not a crash', async () => {
    const response = await send('GET', '/things/%E0%A4%A', { role: 'viewer' });

    expect(response.status).toBe(400);
  });
});

describe('a dialect', () => {
  it.each([
    ['PUT', '/own/thing', 'operator', '{"name":"x"}', 200],
    ['PUT', '/own/thing', 'operator', '{', 400],
    ['PUT', '/own/thing', 'viewer', '{"name":"x"}', 403],
    ['PUT', '/own/thing', '', '{"name":"x"}', 401],
    ['PUT', '/own/nothing', 'operator', '{}', 404],
    ['POST', '/OWN/thing', 'operator', '{}', 405],
  ])('gives %s %s its media type, and its errors their shape', async (method, path, role, body, status) => {
    const type = 'application/own+json';

    const response = await send(method, path, { role, body, headers: { 'content-type': type } });

    expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
    expect(await response.json()).toEqual(
      status === 200
        ? { name: 'x', origin: 'http://host' }
        : { wrong: expect.stringMatching(`^${status}: `) },
    );
  });

  it('is not spoken beside its prefix', async () => {
    const response = await send('GET', '/owned', { role: 'viewer' });

    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('says in the document what it takes and answers', () => {
    const document = toOpenApi(routes, { version: '1' }) as {
      paths: Record<string, { put: { requestBody: Json; responses: Record<string, Json> } }>;
    };

    const { requestBody, responses: answers } = document.paths['/own/thing']?.put ?? {};

    expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/json', 'application/own+json']);
    expect(answers?.default?.content).toMatchObject({
      'application/own+json': { schema: { type: 'object' } },
    });
  });
});

describe('answers', () => {
  it('to a failure carry Retry-After; to the unexpected, nothing of the inside', async () => {
    const throttled = await send('GET', '/fail/throttled', { role: 'viewer' });
    const broken = await send('GET', '/fail/badly', { role: 'viewer' });

    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '7']);
    expect(broken.status).toBe(500);
    expect(await throttled.json()).toMatchObject({ code: 'Throttled', status: 429 });
    const text = await broken.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'Internal', status: 500 });
    expect(text).not.toContain('secret');
  });

  it('carry the caller’s correlation id, or ours where it could be abused', async () => {
    const own = await send('GET', '/open', { headers: { 'x-correlation-id': 'abc-1' } });
    const traced = await send('GET', '/open', {
      headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    const abused = await send('GET', '/open', { headers: { 'x-correlation-id': 'a b"c' } });

    expect(own.headers.get('x-correlation-id')).toBe('abc-1');
    expect(traced.headers.get('x-correlation-id')).toBe('a'.repeat(32));
    expect(abused.headers.get('x-correlation-id')).toMatch(/^[\da-f-]{36}$/);
  });
});
