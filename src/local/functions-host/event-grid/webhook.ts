import type { InvocationRequest } from '../core/types.ts';
import type { HostFunction } from '../functions.ts';
import { type BodyLimits, readBody } from '../http/body.ts';
import { type Exchange, traceOf } from '../http/function-route.ts';
import { sendJson, sendStatus } from '../http/respond.ts';
import type { Invoker, Outcome } from '../invoker.ts';
import type { Keys } from '../keys.ts';
import { errorMessage, type Logger } from '../log.ts';
import { type GridEvent, parseDelivery, validationCode } from './events.ts';

export const eventGridPath = '/runtime/webhooks/eventgrid';

export type WebhookContext = {
  /** The Event Grid functions that are not disabled. */
  readonly functions: readonly HostFunction[];
  readonly invoker: Invoker;
  readonly keys: Keys;
  readonly logger: Logger;
  readonly limits: BodyLimits;
  /** Ask for no key. */
  readonly isOpen: boolean;
};

/**
 * Answers the webhook of the Event Grid extension: both handshakes, and deliveries, which are accepted with 202 when
 * every invocation succeeded and refused with 500 otherwise, so that Event Grid sends the whole delivery again.
 * https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/eventgrid/Microsoft.Azure.WebJobs.Extensions.EventGrid
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md
 */
export async function answerWebhook(context: WebhookContext, exchange: Exchange): Promise<void> {
  const { request, response, target } = exchange;
  const header = request.headers['x-functions-key']?.toString();
  const key = target.query.get('code') ?? header;
  if (!context.isOpen && !context.keys.allowsSystem('eventgrid_extension', key)) {
    return sendStatus(response, 401);
  }
  const name = target.query.get('functionName') ?? '';
  const hostFunction = context.functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!hostFunction) return sendStatus(response, 404, `cannot find function: '${name}'`);
  if (request.method === 'OPTIONS') return answerCloudEventsHandshake(exchange);
  if (request.method !== 'POST') return sendStatus(response, 405);
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  const body = await readBody(request, context.limits);
  if (body.kind === 'aborted') return undefined;
  if (body.kind !== 'complete') return sendStatus(response, body.kind === 'tooLarge' ? 413 : 408);
  return answerDelivery(context, hostFunction, { exchange, text: body.bytes.toString('utf8') });
}

function answerCloudEventsHandshake({ request, response }: Exchange): void {
  const origin = request.headers['webhook-request-origin']?.toString();
  if (origin === undefined) {
    sendStatus(response, 400, 'the header WebHook-Request-Origin is missing');
    return;
  }
  response.setHeader('WebHook-Allowed-Origin', origin);
  response.setHeader('WebHook-Allowed-Rate', request.headers['webhook-request-rate']?.toString() ?? '*');
  response.setHeader('allow', 'POST, OPTIONS');
  sendStatus(response, 200);
}

async function answerDelivery(
  context: WebhookContext,
  target: HostFunction,
  { exchange, text }: { readonly exchange: Exchange; readonly text: string },
): Promise<void> {
  const { request, response } = exchange;
  const type = eventTypeOf(exchange);
  if (type === 'unsubscribe') return sendStatus(response, 202);
  const delivery = parseDelivery(text);
  if (!delivery.ok) return sendStatus(response, 400, delivery.reason);
  if (type === 'subscriptionvalidation') {
    const code = validationCode(delivery.events);
    if (code === undefined) return sendStatus(response, 400, 'the validation event has no validationCode');
    return sendJson(response, 200, { validationResponse: code });
  }
  if (type !== 'notification')
    return sendStatus(response, 400, 'the header aeg-event-type is missing or not known');
  const trace = traceOf(request);
  const requests = toRequests(target, delivery.events).map((one) => ({ ...one, traceContext: trace }));
  const outcomes = await Promise.all(
    requests.map((one) => context.invoker.run(target, one, { reason: 'Event Grid' })),
  );
  const failed = outcomes.find((outcome) => !outcome.ok);
  return sendStatus(response, failed ? 500 : 202, failed ? reasonOf(failed) : '');
}

function eventTypeOf({ request }: Exchange): string {
  const header = request.headers['aeg-event-type']?.toString().toLowerCase();
  const isCloudEvent = request.headers['content-type']?.startsWith('application/cloudevents') ?? false;
  return header ?? (isCloudEvent ? 'notification' : '');
}

/** One invocation per event, or one for all where the trigger's cardinality is many. */
export function toRequests(target: HostFunction, events: readonly GridEvent[]): InvocationRequest[] {
  const isMany = target.trigger.cardinality === 'many';
  const inputs: readonly unknown[] = isMany ? [events] : events;
  return inputs.map((input) => ({
    inputData: [{ name: target.trigger.name, data: { json: JSON.stringify(input) } }],
    triggerMetadata: isMany ? {} : { data: { json: JSON.stringify((input as GridEvent).data ?? null) } },
  }));
}

function reasonOf(outcome: Outcome): string {
  return outcome.ok ? '' : errorMessage(outcome.error);
}
