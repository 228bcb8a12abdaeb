import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../estate/model.ts';
import { type ResourceEvent, toCloudEvent } from './resourceEvent.ts';

export type EventSchema = 'EventGridSchema' | 'CloudEventSchemaV1_0';

/** Event Grid waits so long for an answer. */
const timeout = 30_000;

/** Asks the endpoint whether it wants events; true once it has said yes in the way its schema demands. */
export async function handshake(url: string, schema: EventSchema, topic: string): Promise<boolean> {
  try {
    return schema === 'EventGridSchema' ? await validate(url, topic) : await preflight(url);
  } catch {
    return false;
  }
}

async function validate(url: string, topic: string): Promise<boolean> {
  const validationCode = randomUUID().toUpperCase();
  const event = {
    id: randomUUID(),
    topic,
    subject: '',
    data: {
      validationCode,
      validationUrl: `https://rp-westeurope.eventgrid.azure.net/eventsubscriptions/policycortex/validate?id=${validationCode}`,
    },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date().toISOString(),
    metadataVersion: '1',
    dataVersion: '2',
  };
  const headers = {
    'content-type': 'application/json',
    'aeg-event-type': 'SubscriptionValidation',
    'aeg-subscription-name': name,
  };
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify([event]),
    signal: AbortSignal.timeout(timeout),
  });
  if (!response.ok) return false;
  const answer = (await response.json()) as JsonObject;
  return answer.validationResponse === validationCode;
}

async function preflight(url: string): Promise<boolean> {
  const headers = { 'webhook-request-origin': 'eventgrid.azure.net' };
  const response = await fetch(url, { method: 'OPTIONS', headers, signal: AbortSignal.timeout(timeout) });
  const allowed = response.headers.get('webhook-allowed-origin');
  return response.ok && (allowed === '*' || allowed === 'eventgrid.azure.net');
}

const name = 'POLICYCORTEX';

/** Posts one event; returns the answer's status, 0 where there was none. */
export async function post(
  url: string,
  schema: EventSchema,
  delivery: { event: ResourceEvent; attempt: number },
): Promise<number> {
  const { event, attempt } = delivery;
  const isCloudEvent = schema === 'CloudEventSchemaV1_0';
  const body = JSON.stringify(isCloudEvent ? toCloudEvent(event) : [event]);
  const headers = {
    'content-type': isCloudEvent
      ? 'application/cloudevents+json; charset=utf-8'
      : 'application/json; charset=utf-8',
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': name,
    'aeg-delivery-count': String(attempt),
    'aeg-data-version': event.dataVersion,
    'aeg-metadata-version': event.metadataVersion,
  };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
