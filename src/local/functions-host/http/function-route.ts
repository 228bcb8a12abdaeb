import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostFunction } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import type { AuthLevel, Keys } from '../keys.ts';
import type { Logger } from '../log.ts';
import { createTraceContext } from '../trace-context.ts';
import { announcesTooMuch, type BodyLimits, readBody } from './body.ts';
import { toHttpData } from './request-data.ts';
import type { RequestTarget } from './request-target.ts';
import { sendHttpData, sendStatus } from './respond.ts';
import type { RouteValues } from './route-match.ts';
import type { RouteMatch } from './routes.ts';
import { streamInvocation } from './stream-invocation.ts';

export type HttpTarget = { readonly hostFunction: HostFunction; readonly authLevel: AuthLevel };

export type HttpContext = {
  readonly invoker: Invoker;
  readonly keys: Keys;
  readonly logger: Logger;
  readonly limits: BodyLimits;
  readonly warnOfAzurePick: (picked: string, azurePicks: string) => void;
  /** The library's own server when the app streams. */
  readonly streamUri: string | undefined;
};

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
};

/** Answers a request whose path belongs to the app. */
export async function answerFunction(
  context: HttpContext,
  match: RouteMatch<HttpTarget>,
  exchange: Exchange,
): Promise<void> {
  const { request, response, target } = exchange;
  if (match.kind === 'notAllowed') {
    response.setHeader('allow', match.allow.join(', '));
    sendStatus(response, 405);
    return;
  }
  if (match.kind === 'notFound') {
    sendStatus(response, 404);
    return;
  }
  const { hostFunction, authLevel } = match.route.target;
  if (match.azurePicks !== undefined) context.warnOfAzurePick(hostFunction.name, match.azurePicks);
  if (!context.keys.allows(hostFunction.name, authLevel, keyOf(request, target))) {
    sendStatus(response, 401);
    return;
  }
  if (announcesTooMuch(request, context.limits.maxBytes)) {
    sendStatus(response, 413);
    return;
  }
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  if (context.streamUri !== undefined) {
    await streamInvocation(context, hostFunction, { ...exchange, values: match.values });
    return;
  }
  await bufferedInvocation(context, hostFunction, { ...exchange, values: match.values });
}

/** The key of a request: the header before the query. */
export function keyOf(request: IncomingMessage, target: RequestTarget): string | undefined {
  const header = request.headers['x-functions-key'];
  return (Array.isArray(header) ? header[0] : header) ?? target.query.get('code') ?? undefined;
}

async function bufferedInvocation(
  context: HttpContext,
  hostFunction: HostFunction,
  exchange: Exchange & { readonly values: RouteValues },
): Promise<void> {
  const { request, response, target, values } = exchange;
  const body = await readBody(request, context.limits);
  if (body.kind === 'aborted') return;
  if (body.kind !== 'complete') {
    sendStatus(response, body.kind === 'tooLarge' ? 413 : 408);
    return;
  }
  const http = toHttpData(request, target, { values, body: body.bytes });
  const outcome = await context.invoker.run(
    hostFunction,
    {
      inputData: [{ name: hostFunction.trigger.name, data: { http } }],
      triggerMetadata: {},
      traceContext: traceOf(request),
    },
    { reason: 'HTTP request', invocationId: randomUUID() },
  );
  if (!outcome.ok) {
    sendStatus(response, 500);
    return;
  }
  const outputs = outcome.response.outputData ?? [];
  const named = outputs.find((output) => output.data?.http)?.data?.http;
  sendHttpData(response, outcome.response.returnValue?.http ?? named);
}

export function traceOf(request: IncomingMessage) {
  const { traceparent, tracestate } = request.headers;
  return createTraceContext(
    typeof traceparent === 'string' ? traceparent : undefined,
    typeof tracestate === 'string' ? tracestate : undefined,
  );
}
