import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { inline, type Job, MAX_JOBS, type Sent } from './delivery/queue.ts';
import type { Endpoint } from './endpointStore.ts';
import type { Admission, Arrival } from './eventStore.ts';
import { matchesEvent, matchesFilters } from './filters.ts';
import { toPayload, WebhookEvent } from './payload.ts';
import type { Room } from './room.ts';
import { deliveryKey, eventKey } from './rows.ts';

/** A message of the `events` queue. */
export type EventMessage = { readonly id: string; readonly events: readonly unknown[] };

/** Events whose deliveries are made at a time, and deliveries that are sent at a time: what bounds the memory. */
const EVENTS_AT_A_TIME = 100;
const JOBS_AT_A_TIME = 20 * MAX_JOBS;
const ENDPOINTS_A_MESSAGE = 4;

/**
 * Makes of events the deliveries to the endpoints that want them. Whatever part of it is repeated, an event has
 * one delivery an endpoint: the first message to bring the event fans it out, and if it dies on the way, it comes
 * again and queues once more what was not attempted meanwhile.
 */
export async function fanOut(messages: readonly EventMessage[], room: Room): Promise<void> {
  const arrivals = messages.flatMap(({ id, events }) =>
    events.flatMap((event) => {
      const { data } = WebhookEvent.safeParse(event);
      return data ? [toArrival(data, id)] : [];
    }),
  );
  for (const [tenantId, own] of Map.groupBy(arrivals, ({ event }) => event.tenantid)) {
    const endpoints = (await room.storesOf(tenantId).endpoints.list()).filter(({ active }) => active);
    const distinct = [...new Map(own.map((arrival) => [arrival.key, arrival])).values()];
    const wanted = distinct.filter(({ event }) => endpoints.some((endpoint) => wants(endpoint, event)));
    for (let at = 0; at < wanted.length; at += EVENTS_AT_A_TIME)
      await fanOutTo(endpoints, wanted.slice(at, at + EVENTS_AT_A_TIME), { room, tenantId });
  }
}

type Scope = { readonly room: Room; readonly tenantId: string };

async function fanOutTo(
  endpoints: readonly Endpoint[],
  arrivals: readonly Arrival[],
  scope: Scope,
): Promise<void> {
  const admitted = await scope.room.storesOf(scope.tenantId).events.admit(arrivals);
  let jobs: Job[] = [];
  for (const job of jobsOf(endpoints, admitted, scope.room.clock.now().toISOString())) {
    jobs.push(job);
    if (jobs.length < JOBS_AT_A_TIME) continue;
    await queueOrRemember(jobs, scope);
    jobs = [];
  }
  await queueOrRemember(jobs, scope);
}

/**
 * A few endpoints a message: an event that goes to several of them is in it once, and one that is slow holds up no
 * more than these.
 */
function* jobsOf(
  endpoints: readonly Endpoint[],
  admitted: readonly Admission[],
  now: string,
): Generator<Job> {
  const sent = new Map<string, Sent>();
  for (const few of chunksOf(endpoints, ENDPOINTS_A_MESSAGE)) {
    for (const some of chunksOf(admitted, MAX_JOBS / ENDPOINTS_A_MESSAGE)) {
      for (const endpoint of few) {
        for (const { arrival, isResumed } of some) {
          if (!wants(endpoint, arrival.event)) continue;
          const name = `${arrival.key}|${endpoint.payload}`;
          const text = sent.get(name) ?? toSent(arrival, endpoint.payload, now);
          sent.set(name, text);
          yield toJob(endpoint, arrival, { sent: text, isResumed });
        }
      }
    }
  }
}

function* chunksOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function toArrival(event: WebhookEvent, claim: string): Arrival {
  return { key: eventKey(event, timeOf(event)), event, claim };
}

function timeOf({ time }: WebhookEvent): Date {
  const at = new Date(time ?? 0);
  return Number.isNaN(at.getTime()) ? new Date(0) : at;
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

function toSent({ key, event }: Arrival, style: 'full' | 'thin', now: string): Sent {
  return {
    key,
    id: event.id,
    type: event.type,
    at: now,
    ...inline(JSON.stringify(toPayload(event, style))),
    ...(style === 'thin' && { thin: true }),
    ...(isWebhookAlert(event) && { quiet: true }),
  };
}

function toJob(
  endpoint: Endpoint,
  { event }: Arrival,
  { sent, isResumed }: { sent: Sent; isResumed: boolean },
): Job {
  const resource = endpoint.ordering === 'resource' ? (event.data.resource_id ?? event.subject) : undefined;
  return {
    tenant_id: endpoint.tenant_id,
    webhook_id: endpoint.id,
    key: deliveryKey(event, endpoint.id, timeOf(event)),
    attempt: 1,
    first: 1,
    sent,
    ...(typeof resource === 'string' && { resource }),
    ...(isResumed && { check: true }),
  };
}

/** A full queue loses nothing: the sweep queues what is remembered as soon as there is room. */
async function queueOrRemember(jobs: readonly Job[], { room, tenantId }: Scope): Promise<void> {
  if (jobs.length === 0) return;
  const { deliveries, endpoints } = room.storesOf(tenantId);
  await deliveries.joinLine(
    jobs.flatMap((job) => (job.resource ? [{ ...job, resource: job.resource }] : [])),
  );
  try {
    await room.queue(jobs);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning('the delivery queue is full; deliveries wait for the sweep', { count: jobs.length });
    await endpoints.setWaiting(jobs, room.clock.now());
    await Promise.all(jobs.map((job) => deliveries.note(job, room.clock.now())));
  }
}
