import type { HostFunction } from '../functions.ts';
import { type BodyLimits, readBody } from '../http/body.ts';
import type { Exchange } from '../http/function-route.ts';
import { sendJson, sendStatus } from '../http/respond.ts';
import { describeFunction } from './describe-function.ts';
import { isFromThisMachine } from './loopback.ts';

export type AdminContext = {
  readonly functions: readonly HostFunction[];
  readonly routePrefix: string;
  readonly limits: BodyLimits;
  /** Starts a run by hand; returns what is wrong with the request, if anything. */
  readonly start: (target: HostFunction, input: unknown) => string | undefined;
};

const startedAt = Date.now();

/**
 * Answers `/admin/…` as Core Tools does, without a key, for callers on this machine only.
 * https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export async function answerAdmin(context: AdminContext, exchange: Exchange): Promise<void> {
  const { request, response, target } = exchange;
  if (!isFromThisMachine(request)) {
    return sendStatus(response, 403, 'Admin routes answer only requests from this machine to localhost.');
  }
  const [, area, name, ...rest] = target.segments.map((segment) => decodeURIComponent(segment).toLowerCase());
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (area === 'host' && name === 'status' && isRead) return sendJson(response, 200, hostStatus());
  if (area === 'host' && name === 'ping') return sendStatus(response, 200);
  if (area !== 'functions' || rest.length > 0)
    return sendStatus(response, 404, 'There is no such admin route.');
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  if (name === undefined) {
    if (!isRead) return sendStatus(response, 405);
    const all = context.functions.map((one) => describeFunction(one, origin, context.routePrefix));
    return sendJson(response, 200, all);
  }
  const found = context.functions.find((one) => one.name.toLowerCase() === name);
  if (!found) return sendJson(response, 404, { error: `There is no function named '${name}'.` });
  if (isRead) return sendJson(response, 200, describeFunction(found, origin, context.routePrefix));
  if (request.method !== 'POST') return sendStatus(response, 405);
  return startByHand(context, found, exchange);
}

async function startByHand(context: AdminContext, found: HostFunction, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const body = await readBody(request, context.limits);
  if (body.kind !== 'complete') return sendStatus(response, 400, 'The body is incomplete or too large.');
  const parsed = parseInput(body.bytes.toString('utf8'));
  if (!parsed.ok) return sendJson(response, 400, { error: parsed.reason });
  const problem = context.start(found, parsed.input);
  return problem === undefined ? sendStatus(response, 202) : sendJson(response, 400, { error: problem });
}

function parseInput(text: string): { ok: true; input: unknown } | { ok: false; reason: string } {
  if (text.trim() === '') return { ok: true, input: '' };
  try {
    const value: unknown = JSON.parse(text);
    const hasInput = typeof value === 'object' && value !== null && 'input' in value;
    return { ok: true, input: hasInput ? value.input : '' };
  } catch {
    return { ok: false, reason: 'The body is not JSON; send {"input": ...}.' };
  }
}

function hostStatus() {
  return {
    id: 'policycortex-local',
    state: 'Running',
    version: '4.0.0-local',
    platformVersion: '',
    processUptime: Date.now() - startedAt,
  };
}
