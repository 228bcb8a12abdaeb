import { Failure } from '#platform/failure.ts';

/** On every answer: nothing here is to be framed, sniffed, run as a page or fetched over http (OWASP REST Security). */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-correlation-id, x-csrf-token';
const EXPOSED_HEADERS =
  'etag, location, ratelimit, ratelimit-policy, retry-after, x-correlation-id, idempotency-replayed';
const PREFLIGHT_SECONDS = '600';

/** Adds what every answer carries; CORS headers for origins of the list alone, compared exactly (Fetch, CORS protocol). */
export function dress(response: Response, request: Request, corsOrigins: readonly string[]): Response {
  const { headers } = response;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  if (corsOrigins.length === 0) return response;
  headers.append('vary', 'Origin');
  const origin = request.headers.get('origin');
  if (!origin || !corsOrigins.includes(origin)) return response;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-allow-credentials', 'true');
  headers.set('access-control-expose-headers', EXPOSED_HEADERS);
  headers.set('cross-origin-resource-policy', 'cross-origin');
  return response;
}

/** The answer to a preflight; undefined for what is none. @throws Failure `forbidden` for an origin that is not listed */
export function preflight(request: Request, corsOrigins: readonly string[]): Response | undefined {
  const method = request.headers.get('access-control-request-method');
  const origin = request.headers.get('origin');
  if (request.method !== 'OPTIONS' || method === null || origin === null) return undefined;
  if (!corsOrigins.includes(origin)) {
    throw new Failure('forbidden', 'this origin may not call', {
      next: 'add it to the setting CORS_ORIGINS',
    });
  }
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
  });
}
