import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Api, type ApiOptions } from './api.ts';
import { UNSCOPED } from './principal.ts';
import { definePublicRoute, defineRoute } from './route.ts';

const responses = { 200: { description: 'ok' } };
const routes = [
  definePublicRoute({
    name: 'open',
    method: 'GET',
    path: '/open',
    summary: '',
    responses,
    handle: async () => ({ body: 1 }),
  }),
  defineRoute({
    name: 'slow',
    method: 'POST',
    path: '/slow',
    role: 'viewer',
    summary: '',
    body: z.object({}),
    responses,
    handle: () => new Promise(() => undefined),
  }),
];

function send(path: string, init: RequestInit = {}, options: Partial<ApiOptions> = {}): Promise<Response> {
  const api = new Api({
    routes,
    maxBodyBytes: 1000,
    authenticate: async () => ({
      tenantId: 't',
      id: 'k',
      kind: 'key',
      name: 'k',
      roles: ['owner'],
      scopes: UNSCOPED,
    }),
    ...options,
  });
  return api.handle(new Request(`http://host${path}`, init), () => undefined);
}

const corsOrigins = ['https://portal.contoso.com'];

describe('every answer', () => {
  it.each(['/open', '/nothing', '/slow'])('of %s carries the security headers', async (path) => {
    const { headers } = await send(path);

    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('CORS', () => {
  it.each([
    ['https://portal.contoso.com', 'https://portal.contoso.com'],
    ['https://portal.contoso.com.evil.example', null],
    ['https://evilportal.contoso.com', null],
    ['http://portal.contoso.com', null],
    ['null', null],
  ])('%s is allowed: %s', async (origin, allowed) => {
    const { headers } = await send('/open', { headers: { origin } }, { corsOrigins });

    expect(headers.get('access-control-allow-origin')).toBe(allowed);
    expect(headers.get('vary')).toContain('Origin');
  });

  it('answers the preflight of an origin that is listed, and refuses others', async () => {
    const ask = (origin: string) =>
      send(
        '/slow',
        { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } },
        { corsOrigins },
      );

    const [listed, other] = [await ask('https://portal.contoso.com'), await ask('https://evil.example')];

    expect([listed.status, other.status]).toEqual([204, 403]);
    expect(listed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('a call without an answer in time is answered 503', async () => {
  const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };

  const response = await send('/slow', init, { timeoutMs: 20 });

  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('10');
});

it.each(['gzip', 'br', 'deflate, gzip'])('a body packed with %s is refused, not unpacked', async (coding) => {
  const headers = { 'content-type': 'application/json', 'content-encoding': coding };

  const response = await send('/slow', { method: 'POST', body: 'x', headers });

  expect(response.status).toBe(415);
});
