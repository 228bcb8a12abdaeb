import { z } from 'zod';
import { badRequest } from '../arm/failure.ts';
import { type ArmRequest, type ArmResponse, ok, type Route } from '../arm/http.ts';
import { census } from '../estate/census.ts';
import type { Resource } from '../estate/model.ts';
import { Faults } from '../faults/faults.ts';
import { renderRow } from '../graph/render.ts';
import { resources } from '../graph/tables/resources.ts';
import type { Row } from '../state/row.ts';
import type { World } from '../world.ts';

const DriftRequest = z.union([
  z.strictObject({ rate: z.number().min(0).max(1000) }),
  z.strictObject({ changes: z.number().int().min(1).max(100_000) }),
]);
const EndpointRequest = z.strictObject({ endpoint: z.url().nullable() });

const AlertRequest = z.strictObject({ resourceId: z.string(), alertType: z.string() });

const HealthRequest = z.strictObject({
  resourceId: z.string(),
  availabilityState: z.string().nullable(),
  reasonType: z.string().default('Unplanned'),
});
const ServiceHealthRequest = z.strictObject({
  trackingId: z.string(),
  eventType: z.string().default('ServiceIssue'),
  status: z.string().default('Active'),
  eventLevel: z.string().default('Error'),
});

/** The simulator's own endpoints, for the local mode and for tests: no part of Azure. */
export const controlRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'simulator/faults',
    requiresApiVersion: false,
    handle: (_request, { faults }) => ok(faults.current),
  },
  { method: 'PUT', path: 'simulator/faults', requiresApiVersion: false, handle: setFaults },
  { method: 'DELETE', path: 'simulator/faults', requiresApiVersion: false, handle: clearFaults },
  { method: 'GET', path: 'simulator/status', requiresApiVersion: false, handle: status },
  { method: 'POST', path: 'simulator/drift', requiresApiVersion: false, handle: drift },
  { method: 'PUT', path: 'simulator/event-grid', requiresApiVersion: false, handle: setEndpoint },
  { method: 'POST', path: 'simulator/alerts', requiresApiVersion: false, handle: raiseAlert },
  { method: 'POST', path: 'simulator/health', requiresApiVersion: false, handle: setHealth },
  { method: 'POST', path: 'simulator/service-health', requiresApiVersion: false, handle: setServiceEvent },
  { method: 'GET', path: 'simulator/truth', requiresApiVersion: false, handle: truth },
];

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw badRequest(
    'InvalidRequestContent',
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}

function setFaults(request: ArmRequest, { faults }: World): ArmResponse {
  faults.set(parse(Faults, request.body));
  return ok(faults.current);
}

function clearFaults(_request: ArmRequest, { faults }: World): ArmResponse {
  faults.set({});
  return { status: 204 };
}

/** Up to so many resources the status counts them all without being asked (`?census=true`). */
const cheapCensus = 5000;

async function status(request: ArmRequest, world: World): Promise<ArmResponse> {
  const { estate, events, recorder, seed } = world;
  const asked = request.query.get('census') ?? String(estate.count() <= cheapCensus);
  const counted = asked === 'true' ? await census(rowsOf(world)) : undefined;
  return ok({
    seed,
    resources: estate.count(),
    subscriptions: estate.subscriptions.map(({ id, displayName }) => ({
      id,
      displayName,
      resources: estate.count(id),
    })),
    changes: recorder.sequence,
    driftRate: world.drift.rate,
    events: { endpoint: events.endpoint, validated: events.isValidated, ...events.counts },
    faults: world.faults.current,
    census: counted,
  });
}

function drift(request: ArmRequest, world: World): ArmResponse {
  const wanted = parse(DriftRequest, request.body);
  if ('changes' in wanted)
    return ok({ changes: world.drift.change(wanted.changes).map(({ after: _after, ...change }) => change) });
  world.drift.setRate(wanted.rate);
  return ok({ rate: wanted.rate });
}

function raiseAlert(request: ArmRequest, { alerts, estate }: World): ArmResponse {
  const { resourceId, alertType } = parse(AlertRequest, request.body);
  const resource = estate.get(resourceId);
  const alert = resource && alerts.raise(resource, alertType, new Date().toISOString());
  if (!alert) throw badRequest('InvalidAlert', 'There is no such resource or no such alert type.');
  return ok({ id: alert.id });
}

/** Of a type that has health; null ends it. */
function setHealth(request: ArmRequest, { health, estate }: World): ArmResponse {
  const { resourceId, availabilityState, reasonType } = parse(HealthRequest, request.body);
  const resource = estate.get(resourceId);
  if (!resource || !health.statusOf(resource, Date.now()))
    throw badRequest('InvalidResource', 'There is no such resource, or its type has no health.');
  health.force(resourceId, availabilityState === null ? undefined : { availabilityState, reasonType });
  return { status: 204 };
}

function setServiceEvent(request: ArmRequest, { health }: World): ArmResponse {
  health.forceEvent(parse(ServiceHealthRequest, request.body));
  return { status: 204 };
}

function setEndpoint(request: ArmRequest, { events }: World): ArmResponse {
  events.setEndpoint(parse(EndpointRequest, request.body).endpoint ?? undefined);
  return ok({ endpoint: events.endpoint ?? null });
}

/** The whole `resources` table, a row a line, as it is now: what a product's inventory is compared with. */
function truth(_request: ArmRequest, world: World): ArmResponse {
  return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, stream: lines(world) };
}

async function* lines(world: World): AsyncGenerator<string> {
  const table = tableOf(world);
  for await (const batch of table.read())
    yield batch.map((source) => `${renderRow(table.columns, source)}\n`).join('');
}

function tableOf(world: World): ReturnType<typeof resources> {
  const { estate, log } = world;
  return resources({
    estate,
    log,
    subscriptionIds: estate.subscriptions.map(({ id }) => id),
    now: Date.now(),
    lagMilliseconds: 0,
  });
}

async function* rowsOf(world: World): AsyncGenerator<Resource> {
  for await (const batch of tableOf(world).read())
    for (const row of batch as readonly Row[]) yield row.resource;
}
