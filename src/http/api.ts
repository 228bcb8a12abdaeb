import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { Failure } from '#platform/failure.ts';
import { type LogSink, log, withScope } from '#platform/log.ts';
import { traced } from '#platform/telemetry.ts';
import { type Dialect, isSpokenAt } from './dialect.ts';
import { parseWith, readJson, toQueryObject } from './input.ts';
import { NOBODY, type Principal, requireAccess } from './principal.ts';
import { toProblemResponse } from './problem.ts';
import { toResponse } from './response.ts';
import type { Route } from './route.ts';
import { Router } from './router.ts';

/** Says who is calling. @throws Failure `unauthenticated` */
export type Authenticate = (request: Request) => Promise<Principal>;

export type ApiOptions = {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly maxBodyBytes: number;
};

const CORRELATION_ID = /^[\w.:-]{1,128}$/;
/** A route without a query takes none: what would be ignored is refused. */
const NoQuery = z.strictObject({});
const MAX_PATH = 8192;

/** The whole API as one function from request to response; it knows no host and never throws. */
export class Api {
  readonly routes: readonly Route[];
  readonly #router: Router;
  readonly #dialects: readonly Dialect[];
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.routes = options.routes;
    this.#router = new Router(options.routes);
    this.#dialects = [...new Set(options.routes.flatMap(({ dialect }) => dialect ?? []))];
    this.#options = options;
  }

  handle(request: Request, sink: LogSink): Promise<Response> {
    const { pathname } = new URL(request.url);
    const correlationId = correlationIdOf(request);
    return withScope({ correlationId, sink }, async () => {
      const startedAt = performance.now();
      const parent = request.headers.get('traceparent') ?? undefined;
      const attributes = { 'http.request.method': request.method, 'url.path': pathname };
      const response = await traced(`${request.method} request`, { kind: 'server', attributes, parent }, () =>
        this.#answer(request, { pathname, correlationId }),
      );
      log.information('request', {
        method: request.method,
        path: pathname,
        status: response.status,
        milliseconds: Math.round(performance.now() - startedAt),
      });
      return request.method === 'HEAD' ? new Response(null, response) : response;
    });
  }

  async #answer(request: Request, context: { pathname: string; correlationId: string }): Promise<Response> {
    try {
      if (context.pathname.length > MAX_PATH)
        throw new Failure('invalid', `the path is longer than ${MAX_PATH} characters`);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const { route, params } = this.#router.match(method, context.pathname);
      const principal = route.role === 'anonymous' ? NOBODY : await this.#authorize(request, route);
      const query = parseWith<unknown>(
        route.query ?? NoQuery,
        toQueryObject(new URL(request.url).searchParams),
        'query',
      );
      const body =
        route.body && parseWith(route.body, await readJson(request, this.#options.maxBodyBytes), 'body');
      const ifMatch = request.headers.get('if-match') ?? undefined;
      const { correlationId } = context;
      const { origin } = new URL(request.url);
      const answer = await route.handle({ principal, params, query, body, correlationId, ifMatch, origin });
      return await toResponse(answer, { request, correlationId, mediaType: route.dialect?.mediaType });
    } catch (error) {
      const { correlationId, pathname: instance } = context;
      const dialect = this.#dialects.find((candidate) => isSpokenAt(candidate, instance));
      return toProblemResponse(error, { instance, correlationId, dialect });
    }
  }

  async #authorize(request: Request, route: Route): Promise<Principal> {
    const principal = await this.#options.authenticate(request);
    requireAccess(principal, route);
    return principal;
  }
}

/** W3C traceparent's trace id or the caller's own id; ours where there is none or it could be abused. */
function correlationIdOf(request: Request): string {
  const given = request.headers.get('x-correlation-id');
  if (given && CORRELATION_ID.test(given)) return given;
  const trace = /^[\da-f]{2}-([\da-f]{32})-/.exec(request.headers.get('traceparent') ?? '');
  return trace?.[1] ?? randomUUID();
}
