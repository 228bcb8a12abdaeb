import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world.ts';
import { requireApiVersion } from './apiVersion.ts';
import { ArmFailure, badRequest, notFound } from './failure.ts';
import type { ArmRequest, ArmResponse } from './http.ts';
import { findRoute } from './routes.ts';

const maxBody = 8 * 1024 * 1024;

/** Serves Resource Manager on 127.0.0.1. Rejects with the listen error, such as `EADDRINUSE`. */
export async function serve(world: World, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing, world).catch(() => outgoing.destroy());
  });
  // longer than the clients keep their connections, so that none is closed under a request
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { server, url: `http://127.0.0.1:${bound}` };
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, world: World): Promise<void> {
  const correlationId = header(incoming, 'x-ms-correlation-request-id') ?? randomUUID();
  const response = await answer(incoming, world, correlationId);
  const isControl = incoming.url?.startsWith('/simulator/') === true;
  outgoing.setHeader('x-ms-request-id', randomUUID());
  outgoing.setHeader('x-ms-correlation-request-id', correlationId);
  const clientRequestId = header(incoming, 'x-ms-client-request-id');
  if (clientRequestId !== undefined) outgoing.setHeader('x-ms-client-request-id', clientRequestId);
  outgoing.setHeader('x-ms-ratelimit-remaining-subscription-reads', '11999');
  for (const [name, value] of Object.entries(response.headers ?? {})) outgoing.setHeader(name, value);
  outgoing.statusCode = response.status;
  if (response.stream !== undefined) return stream(outgoing, response.stream);
  const text = response.text ?? (response.body === undefined ? undefined : JSON.stringify(response.body));
  if (text === undefined) {
    outgoing.end();
    return;
  }
  const bytes = Buffer.from(text);
  outgoing.setHeader('content-type', 'application/json; charset=utf-8');
  outgoing.setHeader('content-length', bytes.length);
  if (isControl || !world.faults.resets()) {
    outgoing.end(bytes);
    return;
  }
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
}

async function stream(outgoing: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks), outgoing);
}

async function answer(incoming: IncomingMessage, world: World, correlationId: string): Promise<ArmResponse> {
  try {
    const request = await readRequest(incoming, correlationId);
    const match = findRoute(request.method, request.segments);
    if (match === undefined)
      throw notFound('NotFound', `No route serves ${request.method} ${request.url.pathname}.`);
    if (match.route.requiresApiVersion === false)
      return await match.route.handle(request, world, match.parameters);
    requireApiVersion(request);
    const latency = world.faults.latency();
    if (latency > 0) await sleep(latency);
    world.faults.checkRequest(match.route.isGraph === true);
    world.faults.checkPath(request.url.pathname, request.method);
    return await match.route.handle(request, world, match.parameters);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): ArmResponse {
  if (error instanceof ArmFailure) {
    const { status, code, message, details, headers } = error;
    return { status, headers, body: { error: { code, message, details } } };
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`azure simulator: ${error instanceof Error ? error.stack : message}\n`);
  return { status: 500, body: { error: { code: 'InternalServerError', message } } };
}

async function readRequest(incoming: IncomingMessage, correlationId: string): Promise<ArmRequest> {
  const origin = `http://${incoming.headers.host ?? '127.0.0.1'}`;
  const url = new URL(`${origin}${(incoming.url ?? '/').replace(/^\/+/, '/')}`);
  return {
    method: incoming.method ?? 'GET',
    segments: decode(url.pathname),
    query: url.searchParams,
    headers: incoming.headers,
    body: await readBody(incoming),
    origin,
    url,
    correlationId,
  };
}

function decode(pathname: string): string[] {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest('InvalidRequestUri', 'The request URI is not well encoded.');
  }
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBody)
      throw new ArmFailure(413, 'RequestEntityTooLarge', { message: 'The request body is too large.' });
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw badRequest(
      'InvalidRequestContent',
      'The request content was invalid and could not be deserialized.',
    );
  }
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
