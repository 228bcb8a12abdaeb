import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { type DeliveryMessage, inline } from './delivery/queue.ts';
import type { NewDelivery } from './deliveryStore.ts';
import type { Endpoint } from './endpointStore.ts';
import { matchesEvent, matchesFilters } from './filters.ts';
import { toPayload, WebhookEvent } from './payload.ts';
import type { Room } from './room.ts';
import { deliveryId, deliveryKey } from './rows.ts';

/** Endpoints whose deliveries are kept at the same time. */
const PARALLEL = 16;
const MESSAGES = 200;

/**
 * Makes of events the deliveries to the endpoints that want them. Whatever part of it is repeated, an event has
 * one delivery an endpoint: its row is the first to exist, and only what was never attempted is queued again.
 */
export async function fanOut(events: readonly unknown[], room: Room): Promise<void> {
  const parsed = events.flatMap((event) => WebhookEvent.safeParse(event).data ?? []);
  for (const [tenantId, own] of Map.groupBy(parsed, ({ tenantid }) => tenantid)) {
    const endpoints = await room.storesOf(tenantId).endpoints.list();
    const active = endpoints.filter((endpoint) => endpoint.active);
    for (let at = 0; at < active.length; at += PARALLEL) {
      const group = active.slice(at, at + PARALLEL);
      await Promise.all(group.map((endpoint) => deliverTo(endpoint, own, room)));
    }
  }
}

async function deliverTo(endpoint: Endpoint, events: readonly WebhookEvent[], room: Room): Promise<void> {
  const wanted = events.filter((event) => wants(endpoint, event));
  if (wanted.length === 0) return;
  const { deliveries } = room.storesOf(endpoint.tenant_id);
  const made = wanted.map((event) => toNewDelivery(endpoint, event, room.clock.now()));
  const open = await deliveries.insert(endpoint.id, made);
  const messages = open.map((delivery) => firstMessage(endpoint, delivery));
  for (let at = 0; at < messages.length; at += MESSAGES)
    await queueOrRemember(messages.slice(at, at + MESSAGES), room);
}

function wants(endpoint: Endpoint, event: WebhookEvent): boolean {
  // An alert about an endpoint is not for that endpoint: it would only fail again.
  if (isWebhookAlert(event) && event.data.webhook_id === endpoint.id) return false;
  return (
    matchesEvent(endpoint.events, event.type) && matchesFilters(endpoint.filters ?? undefined, event.data)
  );
}

function isWebhookAlert({ type, data }: WebhookEvent): boolean {
  return type === 'AlertTriggered' && String(data.alert_type).startsWith('webhook.');
}

function toNewDelivery(endpoint: Endpoint, event: WebhookEvent, now: Date): NewDelivery {
  const at = new Date(event.time ?? now);
  const resource = endpoint.ordering === 'resource' ? (event.data.resource_id ?? event.subject) : undefined;
  return {
    key: deliveryKey(event, endpoint.id, Number.isNaN(at.getTime()) ? new Date(0) : at),
    body: JSON.stringify(toPayload(event, endpoint.payload)),
    row: {
      eventId: event.id,
      eventType: event.type,
      quiet: isWebhookAlert(event),
      status: 'pending',
      attempts: 0,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
      ...(typeof resource === 'string' && { resource }),
    },
  };
}

function firstMessage(endpoint: Endpoint, { key, row, body }: NewDelivery): DeliveryMessage {
  return {
    tenant_id: endpoint.tenant_id,
    webhook_id: endpoint.id,
    key,
    event_type: row.eventType,
    attempt: 1,
    first: 1,
    ...inline(body),
    ...(row.resource && { resource: row.resource }),
    ...(row.quiet && { quiet: true }),
  };
}

/** A full queue loses nothing: the sweep queues what is remembered as soon as there is room. */
async function queueOrRemember(messages: readonly DeliveryMessage[], room: Room): Promise<void> {
  const [first] = messages;
  if (!first) return;
  try {
    await room.queue(messages);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning('the delivery queue is full; deliveries wait for the sweep', { count: messages.length });
    const ids = messages.map(({ webhook_id: id, key }) => deliveryId(id, key));
    await room.storesOf(first.tenant_id).endpoints.setWaiting(ids);
  }
}
