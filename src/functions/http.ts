import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { Api } from '#http/api.ts';
import type { Route } from '#http/route.ts';
import { sinkOf } from './logging.ts';

/**
 * Registers a function for each route. Functions knows no path behind a rest-of-path parameter, so routes that
 * share one (`resources/{id+}` and `resources/{id+}/history`) share a function; our own router tells them apart.
 * `wildcard` (last by name, since Azure matches in that order) gets what no route matches, so that a wrong path or method is answered with a problem too.
 */
export function registerHttp(api: Api): void {
  for (const [name, route] of functionsOf(api.routes)) {
    app.http(name, {
      route: route.template,
      methods: [route.method],
      authLevel: 'anonymous',
      handler: (request, context) => handle(api, request, context),
    });
  }
  app.http('wildcard', {
    route: '{*path}',
    methods: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'],
    authLevel: 'anonymous',
    handler: (request, context) => handle(api, request, context),
  });
}

/** Function name to its Functions route template and method. */
export function functionsOf(
  routes: readonly Route[],
): Map<string, { template: string; method: Route['method'] }> {
  const functions = new Map<string, { template: string; method: Route['method'] }>();
  const taken = new Set<string>();
  for (const route of routes) {
    const template = toTemplate(route.path);
    if (taken.has(`${route.method} ${template}`)) continue;
    taken.add(`${route.method} ${template}`);
    functions.set(route.name, { template, method: route.method });
  }
  return functions;
}

function toTemplate(path: string): string {
  return path.slice(1).replace(/\{(\w+)\+\}.*$/, '{*$1:minlength(1)}');
}

async function handle(api: Api, request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const response = await api.handle(toRequest(request), sinkOf(context));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    ...(response.body && { body: response.body as NonNullable<HttpResponseInit['body']> }),
  };
}

function toRequest(request: HttpRequest): Request {
  const headers = new Headers([...request.headers.entries()]);
  const hasBody = request.body !== null && request.method !== 'GET' && request.method !== 'HEAD';
  const body = hasBody ? { body: request.body as ReadableStream, duplex: 'half' as const } : {};
  return new Request(request.url, { method: request.method, headers, ...body });
}
