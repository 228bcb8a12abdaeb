import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { type CallOptions, callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';
import { type Product, startProduct } from '../support/product.ts';

/** OWASP API Security Top 10 (2023), by its numbers; what the other tests of this folder show in full is shown here in one case each. */
const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let product: Product;
let owner: string;
let viewer: string;

beforeAll(async () => {
  [emulators, product] = await Promise.all([
    startEmulators(),
    startProduct(['--estate-size', '60', '--drift', '0']),
  ]);
  services = createServices(
    readSettings({ ...emulators.environment, TENANT_ID: TENANT, LOG_LEVEL: 'error', WEBHOOK_PORTS: '443' }),
  );
  owner = await services.identity.createKey({ tenantId: TENANT, role: 'owner', name: 'owner' });
  viewer = await services.identity.createKey({ tenantId: TENANT, role: 'viewer', name: 'viewer' });
}, 60_000);
afterAll(async () => {
  await product.stop();
  await services.queues.close();
  await emulators.stop();
});

function call(target: string, options: CallOptions = {}) {
  return callApi(services, target, { key: owner, ...options });
}
const resource = (name: string, more: object = {}) => ({
  name,
  resource_type: 'Microsoft.Test/things',
  ...more,
});

it('API1 Broken Object Level Authorization: an id of another tenant is one that does not exist', async () => {
  const { json } = await call('POST /api/v1/resources', { body: resource('api1') });
  const stranger = await services.identity.createKey({ tenantId: OTHER, role: 'owner', name: 's' });

  const answers = await Promise.all(
    ['GET', 'PUT', 'DELETE'].map((method) =>
      call(`${method} /api/v1/resources/${String(json.short_id)}`, {
        key: stranger,
        ...(method === 'PUT' && { body: { tags: {} } }),
      }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
});

it('API1: the tenant of a header, query or body is not believed', async () => {
  const headers = {
    'x-tenant-id': OTHER,
    'x-ms-client-principal': 'e30=',
    'x-ms-client-principal-id': 'x',
    'x-original-url': '/x',
  };

  const made = await call('POST /api/v1/resources', { body: resource('api1b'), headers });

  expect(made.status).toBe(201);
  expect((await call(`GET /api/v1/resources?tenantId=${OTHER}`)).status).toBe(400);
  expect((await call('POST /api/v1/resources', { body: resource('x', { tenant_id: OTHER }) })).status).toBe(
    400,
  );
});

it('API2 Broken Authentication: a guess is told nothing, and its address is stopped', async () => {
  const headers = { 'x-forwarded-for': '192.0.2.50:1' };
  const answers = [];
  for (let n = 0; n < 310; n += 1)
    answers.push(await call('GET /api/v1/keys', { key: `pcx_${String(n).padStart(49, '0')}`, headers }));

  expect(answers.slice(0, 300).every(({ status }) => status === 401)).toBe(true);
  expect(answers.slice(300).every(({ status }) => status === 429)).toBe(true);
  expect(new Set(answers.slice(0, 300).map(({ json }) => json.detail)).size).toBe(1);
  expect((await call('GET /api/v1/keys', { headers: { 'x-forwarded-for': '192.0.2.51' } })).status).toBe(200);
});

it.each([{ id: 'key_x', role: 'owner' }, { revoked_at: null }, { created_by: 'nobody' }, { hash: 'x' }])(
  'API3 Broken Object Property Level Authorization: %j cannot be assigned',
  async (extra) => {
    expect((await call('POST /api/v1/keys', { body: { name: 'k', role: 'viewer', ...extra } })).status).toBe(
      'id' in extra || !('role' in extra) ? 400 : 201,
    );
  },
);

it('API3: hashes of keys are in no answer', async () => {
  await call('POST /api/v1/keys', { body: { name: 'k', role: 'viewer' } });

  expect((await call('GET /api/v1/keys')).text).not.toMatch(/"hash|previousHash|[\da-f]{64}/);
});

describe('API4 Unrestricted Resource Consumption', () => {
  it.each([
    ['a zip bomb', gzipSync(Buffer.alloc(20_000_000)), { 'content-encoding': 'gzip' }, 415],
    ['a body beyond the limit', Buffer.alloc(5_000_000, 0x20), {}, 413],
    ['deep nesting', Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), {}, 413],
    ['a million values', Buffer.from(`[${'0,'.repeat(1_000_000)}0]`), {}, 413],
  ] as const)('%s is refused', async (_, body, headers, status) => {
    const request = new Request('http://host/api/v1/resources', {
      method: 'POST',
      headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json', ...headers },
      body,
    });

    expect((await services.api.handle(request, () => undefined)).status).toBe(status);
  });

  it('a page is bounded', async () => {
    expect((await call('GET /api/v1/resources?limit=100000')).status).toBe(400);
    expect((await call('GET /api/v1/audit?limit=100000')).status).toBe(400);
  });

  it.each([
    ['/api/v1/resources?text=', 'a'.repeat(7000)],
    ['/api/v1/resources?tag=', `${'a='.repeat(3000)}`],
    ['/api/v1/resources/', encodeURIComponent(`/subscriptions/${'a/'.repeat(1500)}!`)],
    ['/api/v1/changes?actor=', '('.repeat(250)],
    ['/scim/v2/Users?filter=', encodeURIComponent(`${'('.repeat(800)}userName eq "x"${')'.repeat(800)}`)],
  ])('no input makes a regular expression run away: %s', async (path, text) => {
    const startedAt = performance.now();

    const { status } = await call(`GET ${path}${text}`);

    expect(status).toBeLessThan(500);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

it('API5 Broken Function Level Authorization: a viewer can do nothing but view', async () => {
  const writes = services.api.routes.filter(
    ({ method, role }) => method !== 'GET' && role !== 'anonymous' && role !== 'viewer',
  );

  const answers = await Promise.all(
    writes.map(({ method, path }) =>
      call(`${method} ${path.replaceAll(/\{\w+\+?\}/g, 'x')}`, { key: viewer }),
    ),
  );

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
});

it('API5: another method or spelling of a path is no way around', async () => {
  const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
  const { json } = await call('POST /api/v1/resources', { body: resource('api5') });
  const id = String(json.short_id);

  const answers = await Promise.all([
    call(`POST /api/v1/resources/${id}`, { headers, key: viewer }),
    call(`DELETE /API/V1/Resources/${id}/`, { key: viewer }),
    call(`DELETE /api/v1/resources//${id}`, { key: viewer }),
    call('GET /api/v1/resources/..%2fkeys', { key: viewer }),
    call('GET /api/v1/resources/../keys', { key: viewer }),
    call('GET /api/v1//keys', { key: viewer }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([405, 403, 403, 404, 403, 404]);
  expect((await call(`GET /api/v1/resources/${id}`)).status).toBe(200);
});

it('API6 Unrestricted Access to Sensitive Business Flows: a request that is sent a hundred times is done once', async () => {
  const headers = { 'idempotency-key': 'api6-0123456789abcdef' };

  const answers = await Promise.all(
    Array.from({ length: 100 }, () => call('POST /api/v1/resources', { body: resource('api6'), headers })),
  );

  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  expect(
    (await call('GET /api/v1/changes?kind=created&limit=1000')).text.match(/things\/api6"/g),
  ).toHaveLength(1);
});

it.each([
  'http://169.254.169.254/metadata/instance',
  'https://127.0.0.1/x',
  'https://[::ffff:169.254.169.254]/',
  'https://localhost/',
  'file:///etc/passwd',
])('API7 Server Side Request Forgery: no webhook is registered at %s', async (url) => {
  const answer = await call('POST /api/v1/webhooks', { body: { name: 'ssrf', url, events: ['*'] } });

  expect(answer.status).toBe(400);
});

describe('API8 Security Misconfiguration', () => {
  it.each([
    'GET /nothing',
    'GET /api/v1/keys/x',
    'POST /api/v1/resources',
    'GET /api/v1/resources?cursor=x',
    'TRACE /health',
  ])('the answer to %s says nothing of the inside', async (target) => {
    const { text, headers } = target.startsWith('TRACE')
      ? { text: '', headers: (await product.fetch('/health')).headers }
      : await call(target, target.startsWith('POST') ? { body: '{"a":' } : {});

    expect(text).not.toMatch(/\.ts\b|node_modules|at \w+ \(|Azurite|RestError|ZodError|devstoreaccount/);
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
  });

  it.each(['__proto__', 'constructor', 'prototype'])('a field %s changes no prototype', async (name) => {
    await call('POST /api/v1/resources', {
      body: `{"name":"p","resource_type":"A.B/c","properties":{"${name}":{"polluted":true}},"${name}":{"polluted":true}}`,
    });
    await call(`GET /api/v1/resources?${name}=polluted`);
    await call('POST /api/v1/resources', {
      body: `{"name":"p-${name}","resource_type":"A.B/c","tags":{"${name}":"x"},"properties":{"${name}":{"polluted":true}}}`,
    });

    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

it('API9 Improper Inventory Management: every route is in the document, with its role, and nothing else answers', async () => {
  const { json } = await call('GET /api/v1/openapi.json');
  const described = Object.values(json.paths as Record<string, Record<string, { 'x-role': string }>>).flatMap(
    (item) => Object.values(item),
  );

  expect(described).toHaveLength(services.api.routes.length);
  expect(described.every((operation) => operation['x-role'] !== undefined)).toBe(true);
  for (const path of ['/admin', '/api/v2/resources', '/api/resources', '/.env', '/debug', '/api/v1/'])
    expect((await call(`GET ${path}`)).status).toBe(404);
});

it('API10 Unsafe Consumption of APIs: what Azure says is kept as text, whatever it is', async () => {
  const name = `<script>alert(1)</script>${'𝕏'.repeat(50)}`;
  const { json, headers } = await call('POST /api/v1/resources', {
    body: resource('api10', { properties: { name, n: 1e308 } }),
  });

  expect(json.properties).toEqual({ name, n: 1e308 });
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

describe('smuggling through the local host', () => {
  /** Bytes on the wire, and what comes back until the host closes or is silent. */
  function raw(text: string): Promise<string> {
    const { port } = new URL(product.url);
    return new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.setTimeout(700, () => socket.destroy());
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', () => socket.destroy());
      socket.write(text);
    });
  }
  const smuggled = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

  it.each([
    [
      'length and chunks',
      `POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'two lengths',
      `POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n${smuggled}`,
    ],
    [
      'chunks by another name',
      `POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'a line feed in a header',
      `GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: b\n\nGET /api/v1/keys HTTP/1.1\r\nHost: x\r\n\r\n`,
    ],
    ['a space before the colon', `GET /health/live HTTP/1.1\r\nHost : x\r\n\r\n`],
    ['a folded header', `GET /health/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer\r\n abc\r\n\r\n`],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['a length that is none', `POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde`],
  ])('%s is refused', async (_, text) => {
    const answer = await raw(text);

    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(answer.match(/HTTP\/1\.1 2\d\d/g)).toBeNull();
  });

  it.each([
    '/api/v1/keys%00',
    '/api/v1/keys%0d%0aX-Injected:%20a',
    '/%2e%2e/admin',
    '/api/v1/..%2f..%2fadmin/functions',
    '//evil.example/api/v1/keys',
    '/api/v1/keys;a=b',
    '/api/v1/keys\\..',
  ])('the path %s reaches nothing without a credential', async (path) => {
    const { port } = new URL(product.url);
    const { status, headers } = await new Promise<{ status: number; headers: object }>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path, headers: { host: '127.0.0.1' } }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      })
        .on('error', reject)
        .end();
    });

    expect([400, 401, 404]).toContain(status);
    expect(headers).not.toHaveProperty('x-injected');
  });

  it('two Authorization headers are not two chances', async () => {
    const answer = await raw(
      `GET /api/v1/resources HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pcx_nobody\r\nAuthorization: Bearer ${product.apiKey}\r\nConnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 (400|401)/);
  });
});
