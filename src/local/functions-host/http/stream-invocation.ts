import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { InvocationRequest, TypedData } from '../core/types.ts';
import type { HostFunction } from '../functions.ts';
import { errorMessage } from '../log.ts';
import { createTraceContext } from '../trace-context.ts';
import type { Exchange, HttpContext } from './function-route.ts';
import { joinedHeaders } from './request-data.ts';
import { sendStatus } from './respond.ts';
import type { RouteValues } from './route-match.ts';

const pool = new http.Agent({ keepAlive: true });
const invocationIdHeader = 'x-ms-invocation-id';
const hopByHop = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
];

/**
 * Runs a function of an app that streams: the library serves the request itself, and this host passes both bodies
 * through, found by the invocation id, as Azure's host does with the worker's `HttpUri`.
 * https://github.com/Azure/azure-functions-nodejs-library/blob/v4.x/src/http/httpProxy.ts
 */
export async function streamInvocation(
  context: HttpContext,
  hostFunction: HostFunction,
  exchange: Exchange & { readonly values: RouteValues },
): Promise<void> {
  const { response } = exchange;
  const invocationId = randomUUID();
  const upstream = openUpstream(context.streamUri ?? '', exchange, invocationId);
  const forwarded = forward(context, upstream, exchange);
  const outcome = await context.invoker.run(hostFunction, requestOf(hostFunction, exchange), {
    reason: 'HTTP request',
    invocationId,
  });
  if (outcome.ok && outcome.result !== null && outcome.result !== undefined) {
    await forwarded;
    // The function closed the request before its answer was through, as a body that is left half-read does.
    if (!response.headersSent) sendStatus(response, 502);
    return;
  }
  // The library has answered nothing: the function threw or returned nothing.
  upstream.destroy();
  sendStatus(response, outcome.ok ? 204 : 500);
}

function openUpstream(uri: string, exchange: Exchange, invocationId: string): http.ClientRequest {
  const { request, target } = exchange;
  const headers: http.OutgoingHttpHeaders = { ...request.headers };
  for (const name of hopByHop) delete headers[name];
  headers['x-forwarded-host'] ??= request.headers.host ?? 'localhost';
  headers['x-forwarded-proto'] ??= 'http';
  headers[invocationIdHeader] = invocationId;
  const { hostname, port } = new URL(uri);
  const hasBody = 'content-length' in headers || 'transfer-encoding' in request.headers;
  const agent = hasBody ? new http.Agent({ keepAlive: true }) : pool;
  const upstream = http.request({ agent, headers, hostname, port, path: target.raw, method: request.method });
  // A body that is left half-read stays on its connection, where the next request would wait behind it. (Without
  // keep-alive on the wire, though, an answer before the end of the body would be lost in a reset.)
  if (hasBody) upstream.once('close', () => agent.destroy());
  return upstream;
}

async function forward(
  context: HttpContext,
  upstream: http.ClientRequest,
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange;
  upload(context, upstream, exchange);
  response.once('close', () => {
    if (!response.writableFinished) leave(upstream);
  });
  try {
    const answer = await responseOf(upstream);
    delete answer.headers[invocationIdHeader];
    if (response.destroyed || response.headersSent) return;
    response.writeHead(answer.statusCode ?? 200, withoutHopByHop(answer.headers));
    response.flushHeaders();
    await pipeline(answer, response);
    if (!request.complete) ignoreRest(upstream, request);
  } catch (error) {
    const message = `A streamed exchange of ${request.method} ended early: ${errorMessage(error)}`;
    context.logger({ level: 'debug', category: 'Host.Http', message });
    if (response.headersSent) response.destroy();
  }
}

function upload(context: HttpContext, upstream: http.ClientRequest, { request, response }: Exchange): void {
  let size = 0;
  upstream.flushHeaders();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= context.limits.maxBytes) return;
    request.unpipe(upstream);
    sendStatus(response, 413);
    leave(upstream);
  });
  request.pipe(upstream);
}

// The function has answered without reading the whole body: else the client could send nothing more.
function ignoreRest(upstream: http.ClientRequest, request: http.IncomingMessage): void {
  request.unpipe(upstream);
  request.resume();
  upstream.destroy();
}

// The library waits for this request by its invocation id, and for ever if it never comes: let it arrive first.
function leave(upstream: http.ClientRequest): void {
  setTimeout(() => upstream.destroy(), 100);
}

function responseOf(upstream: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', reject);
    upstream.once('close', () => reject(new Error('the connection to the app was closed')));
  });
}

function withoutHopByHop(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}

function requestOf(
  hostFunction: HostFunction,
  { request, target, values }: Exchange & { readonly values: RouteValues },
): InvocationRequest {
  const params: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries(values)) params[name] = { string: value };
  return {
    inputData: [{ name: hostFunction.trigger.name, data: {} }],
    triggerMetadata: {
      ...params,
      Headers: { json: JSON.stringify(joinedHeaders(request)) },
      Query: { json: JSON.stringify(Object.fromEntries(target.query)) },
    },
    traceContext: createTraceContext(request.headers.traceparent?.toString()),
  };
}
