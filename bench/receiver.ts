import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/**
 * A receiver of webhooks in a process of its own. A path that begins with /hang is never answered once
 * `PUT /control` has said so, one that begins with /check has its signature verified and each delivery counted;
 * anything else is only counted. `GET /control` tells what came.
 */
type Control = { readonly secrets: Readonly<Record<string, string>>; readonly isHanging: boolean };
type Counts = Record<string, number>;
export type Received = {
  /** By path; `webhook.*` is not counted. */
  readonly counts: Counts;
  /** Under /check: distinct deliveries, and requests whose signature was wrong. */
  readonly distinct: number;
  readonly wrong: number;
  /** From `data.sent_at` of the first request of a delivery, in milliseconds; of the first deliveries. */
  readonly latencies: readonly number[];
};

const MAX_LATENCIES = 10_000;

let control: Control = { secrets: {}, isHanging: false };
const verifiers = new Map<string, Webhook>();
let counts: Counts = {};
let seen = new Set<string>();
let wrong = 0;
let latencies: number[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request, Buffer.concat(chunks), response));
});

function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { url: path = '/', headers } = request;
  if (path === '/control') {
    answerControl(request, body, response);
    return;
  }
  if (String(headers['x-policycortex-event']).startsWith('webhook.')) {
    response.writeHead(204).end();
    return;
  }
  counts[path] = (counts[path] ?? 0) + 1;
  if (control.isHanging && path.startsWith('/hang')) return;
  if (path.startsWith('/check')) check(path, headers as Record<string, string>, body.toString());
  response.writeHead(204).end();
}

function check(path: string, headers: Record<string, string>, body: string): void {
  const verifier = verifiers.get(path) ?? new Webhook(control.secrets[path] ?? 'whsec_AAAA');
  verifiers.set(path, verifier);
  try {
    const payload = verifier.verify(body, headers) as { data: { sent_at?: number } };
    // 60 hex digits of the id are an endpoint and a key; of both, the last 8 tell a million apart.
    const id = headers['webhook-id'] ?? '';
    const name = `${id.slice(28, 36)}${id.slice(-12)}`;
    if (!seen.has(name) && payload.data.sent_at && latencies.length < MAX_LATENCIES)
      latencies.push(Date.now() - payload.data.sent_at);
    seen.add(name);
  } catch {
    wrong += 1;
  }
}

function answerControl(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  if (request.method === 'PUT') {
    control = JSON.parse(body.toString()) as Control;
    verifiers.clear();
    [counts, seen, wrong, latencies] = [{}, new Set(), 0, []];
  }
  const received: Received = { counts, distinct: seen.size, wrong, latencies };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(received));
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('disconnect', () => process.exit(0));
