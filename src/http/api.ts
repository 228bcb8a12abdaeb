import { hash } from 'node:crypto';
import * as z from 'zod';
import { Failure } from '#platform/failure.ts';
import { type LogSink, log, withScope } from '#platform/log.ts';
import { traced } from '#platform/telemetry.ts';
import { type Dialect, isSpokenAt } from './dialect.ts';
import { dress, preflight } from './face.ts';
import { parseJson, parseWith, readBody, toQueryObject } from './input.ts';
import { originOf } from './origin.ts';
import type { AuditSink, Authenticate, Guard, IdempotencyStore, Origin } from './ports.ts';
import { NOBODY, type Principal, Refusal, requireAccess } from './principal.ts';
import { statusOf, toProblemResponse } from './problem.ts';
import { toResponse } from './response.ts';
import type { Answer, Call, Route } from './route.ts';
import { type Match, Router } from './router.ts';

export type ApiOptions = {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly maxBodyBytes: number;
  readonly timeoutMs?: number;
  /** Origins whose pages may call, each as `https://host`. */
  readonly corsOrigins?: readonly string[];
  readonly guard?: Guard;
  readonly idempotency?: IdempotencyStore;
  readonly audit?: AuditSink;
};

/** A request on its way: where it comes from, and what its answer must carry besides. */
type Exchange = { readonly request: Request; readonly origin: Origin; readonly headers: Headers };
type Input = { readonly query: unknown; readonly body: unknown; readonly text: string };

/** A route without a query takes none: what would be ignored is refused. */
const NoQuery = z.strictObject({});
const MAX_PATH = 8192;
const TIMEOUT_MS = 100_000;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** What says nothing of the call itself is not kept for the next one with the key. */
const PASSING = new Set(['throttled', 'unavailable', 'unauthenticated']);

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
    const origin = originOf(request, pathname);
    return withScope({ correlationId: origin.correlationId, sink }, async () => {
      const startedAt = performance.now();
      const parent = request.headers.get('traceparent') ?? undefined;
      const attributes = { 'http.request.method': request.method, 'url.path': pathname };
      const response = await traced(`${request.method} request`, { kind: 'server', attributes, parent }, () =>
        this.#answer({ request, origin, headers: new Headers() }),
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

  async #answer(exchange: Exchange): Promise<Response> {
    const { request, origin, headers } = exchange;
    const { corsOrigins = [], timeoutMs = TIMEOUT_MS } = this.#options;
    const response = await this.#serve(exchange, timeoutMs, corsOrigins);
    for (const [name, value] of headers) response.headers.set(name, value);
    response.headers.set('x-correlation-id', origin.correlationId);
    return dress(response, request, corsOrigins);
  }

  async #serve(exchange: Exchange, timeoutMs: number, corsOrigins: readonly string[]): Promise<Response> {
    const { request, origin } = exchange;
    try {
      if (origin.path.length > MAX_PATH)
        throw new Failure('invalid', `the path is longer than ${MAX_PATH} characters`);
      const allowed = preflight(request, corsOrigins);
      if (allowed) return allowed;
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const match = this.#router.match(method, origin.path);
      return await within(timeoutMs, () => this.#dispatch(exchange, match));
    } catch (error) {
      const { correlationId, path: instance } = origin;
      const dialect = this.#dialects.find((candidate) => isSpokenAt(candidate, instance));
      return toProblemResponse(error, { instance, correlationId, dialect });
    }
  }

  async #dispatch(exchange: Exchange, match: Match): Promise<Response> {
    const { request } = exchange;
    const { route } = match;
    if (route.role === 'anonymous') this.#options.guard?.admitAnonymous(exchange.origin.address);
    const principal = route.role === 'anonymous' ? NOBODY : await this.#identify(exchange, route);
    const admission = route.role === 'anonymous' ? undefined : await this.#options.guard?.admit(principal);
    for (const [name, value] of Object.entries(admission?.headers ?? {})) exchange.headers.set(name, value);
    try {
      if (admission?.refusal) throw admission.refusal;
      const input = await this.#read(request, route);
      const answer = await this.#once(exchange, { ...match, principal, input });
      return await toResponse(answer, { request, mediaType: route.dialect?.mediaType });
    } finally {
      admission?.release();
    }
  }

  /** Who is calling, and whether they may. Refused ones are noted. */
  async #identify({ request, origin }: Exchange, route: Route): Promise<Principal> {
    const { authenticate, guard, audit } = this.#options;
    guard?.admitAddress(origin.address);
    let caller: Principal | Refusal['caller'] | undefined;
    try {
      const principal = await authenticate(request);
      caller = principal;
      requireAccess(principal, route);
      return principal;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'unauthenticated') guard?.noteRefused(origin.address);
      if (error instanceof Refusal) caller = error.caller;
      audit?.noteRefused({ caller, route, origin, status: statusOf(error.code), reason: error.message });
      throw error;
    }
  }

  async #read(request: Request, route: Route): Promise<Input> {
    const query = parseWith<unknown>(
      route.query ?? NoQuery,
      toQueryObject(new URL(request.url).searchParams),
      'query',
    );
    if (!route.body) return { query, body: undefined, text: '' };
    const text = await readBody(request, this.#options.maxBodyBytes);
    return { query, body: parseWith(route.body, parseJson(text), 'body'), text };
  }

  /** Runs a call, or gives the answer that its idempotency key had before. */
  async #once(exchange: Exchange, run: Run): Promise<Answer> {
    const { request, origin } = exchange;
    const key = request.headers.get('idempotency-key');
    const { idempotency } = this.#options;
    if (key === null || !idempotency || run.route.method !== 'POST' || run.route.role === 'anonymous')
      return this.#act(exchange, run);
    if (!IDEMPOTENCY_KEY.test(key)) throw badIdempotencyKey();
    const { search } = new URL(request.url);
    const fingerprint = hash('sha256', JSON.stringify([origin.path, search, run.input.text]));
    const claim = await idempotency.claim({
      principal: run.principal,
      route: run.route.name,
      key,
      fingerprint,
    });
    if (claim.replay) {
      exchange.headers.set('idempotency-replayed', 'true');
      if ('failure' in claim.replay) throw claim.replay.failure;
      return claim.replay.answer;
    }
    try {
      const answer = await this.#act(exchange, run);
      await (answer.lines || answer.text ? claim.drop() : claim.keep({ answer }));
      return answer;
    } catch (error) {
      const isKept = error instanceof Failure && !PASSING.has(error.code);
      await (isKept ? claim.keep({ failure: error }) : claim.drop());
      throw error;
    }
  }

  /** Runs a call; one that may change something is in the audit log before its answer leaves. */
  async #act(exchange: Exchange, { route, params, principal, input }: Run): Promise<Answer> {
    const { request, origin } = exchange;
    const { audit } = this.#options;
    const call: Call<unknown, unknown> = {
      principal,
      params,
      query: input.query,
      body: input.body,
      correlationId: origin.correlationId,
      ifMatch: request.headers.get('if-match') ?? undefined,
      origin: new URL(request.url).origin,
      cookie: request.headers.get('cookie') ?? undefined,
    };
    if (!audit || route.method === 'GET' || route.role === 'anonymous') return route.handle(call);
    const entry = { caller: principal, route, origin, params, body: input.body };
    try {
      const answer = await route.handle(call);
      const { before, after = answer.body } = answer.audit ?? {};
      await audit.record({ ...entry, status: answer.status ?? 200, before, after });
      return answer;
    } catch (error) {
      const failure = error instanceof Failure ? error : undefined;
      const status = failure ? statusOf(failure.code) : 500;
      await audit.record({ ...entry, status, reason: failure?.message ?? 'unexpected' });
      throw error;
    }
  }
}

type Run = Match & { readonly principal: Principal; readonly input: Input };

/** What is begun is not undone: a caller who is told to wait may find it done. */
async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const next = 'look whether it was done, and send it again with the same Idempotency-Key';
    const reason = `there was no answer within ${milliseconds / 1000} s`;
    late.reject(new Failure('unavailable', reason, { retryAfterSeconds: 10, next }));
  }, milliseconds);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function badIdempotencyKey(): Failure {
  return new Failure('invalid', 'the Idempotency-Key is not valid', {
    problems: [
      { field: 'Idempotency-Key', reason: 'is not 1 to 255 visible ASCII characters', fix: 'send a UUID' },
    ],
  });
}
