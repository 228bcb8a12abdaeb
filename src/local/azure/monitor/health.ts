import { hash } from 'node:crypto';
import { guidOf } from '../defender/render.ts';
import type { JsonObject, Resource } from '../estate/model.ts';
import { Random } from '../estate/random.ts';

/** What the simulator was told of a resource, instead of what it would say by itself. */
export type ForcedState = { readonly availabilityState: string; readonly reasonType: string };
export type ForcedEvent = {
  readonly trackingId: string;
  readonly eventType: string;
  readonly status: string;
  readonly eventLevel: string;
};

/** Types whose provider tells their health ("Resource types and health checks in Azure Resource Health"). */
const TYPES: ReadonlySet<string> = new Set([
  'microsoft.cache/redis',
  'microsoft.compute/virtualmachines',
  'microsoft.containerservice/managedclusters',
  'microsoft.dbforpostgresql/flexibleservers',
  'microsoft.documentdb/databaseaccounts',
  'microsoft.keyvault/vaults',
  'microsoft.network/applicationgateways',
  'microsoft.network/loadbalancers',
  'microsoft.servicebus/namespaces',
  'microsoft.sql/servers/databases',
  'microsoft.storage/storageaccounts',
  'microsoft.web/serverfarms',
  'microsoft.web/sites',
]);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Older than any change, so that a seed always gives the same. */
const BEGINNING = '2026-05-31T00:00:00.000Z';
/** Share of resources that have something happen to them on a day. */
const TROUBLED = 0.05;

type Current = {
  readonly state: string;
  readonly reason: string;
  readonly since: string;
  readonly summary: string;
};

/** Health of the estate: a few resources have trouble for some minutes each day, and now and then a service has. */
export class Health {
  readonly #seed: number;
  readonly #states = new Map<string, ForcedState & { readonly since: string }>();
  readonly #events = new Map<string, ForcedEvent & { readonly since: string }>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Undefined ends what was forced. */
  force(resourceId: string, state: ForcedState | undefined): void {
    if (state) this.#states.set(resourceId.toLowerCase(), { ...state, since: new Date().toISOString() });
    else this.#states.delete(resourceId.toLowerCase());
  }

  forceEvent(event: ForcedEvent): void {
    const since = this.#events.get(event.trackingId)?.since ?? new Date().toISOString();
    this.#events.set(event.trackingId, { ...event, since });
  }

  /** Undefined for a type whose provider tells nothing. */
  statusOf(resource: Resource, now: number): JsonObject | undefined {
    if (!TYPES.has(resource.type.toLowerCase())) return undefined;
    const { state, reason, since, summary } = this.#currentOf(resource, now);
    return {
      id: `${resource.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
      name: 'current',
      type: 'Microsoft.ResourceHealth/AvailabilityStatuses',
      location: resource.location,
      properties: {
        availabilityState: state,
        title: state,
        summary,
        reasonType: state === 'Available' ? '' : reason,
        context: reason === 'UserInitiated' ? 'Customer Initiated' : 'Platform Initiated',
        occuredTime: since,
        reasonChronicity: 'Persistent',
        reportedTime: new Date(now).toISOString(),
        recommendedActions:
          state === 'Available' ? [] : [{ action: 'Contact support', actionUrl: '<#SupportCase>' }],
      },
    };
  }

  #currentOf(resource: Resource, now: number): Current {
    const forced = this.#states.get(resource.id.toLowerCase());
    if (forced) {
      const { availabilityState: state, reasonType: reason, since } = forced;
      return { state, reason, since, summary: summaryOf(state, reason) };
    }
    if (isStopped(resource)) {
      const since = resource.systemData?.lastModifiedAt;
      return stateAt('Unavailable', 'UserInitiated', typeof since === 'string' ? since : BEGINNING);
    }
    const today = this.#trouble(resource.id, Math.floor(now / DAY_MS));
    if (!today || now < today.start) return stateAt('Available', 'Unplanned', BEGINNING);
    if (now < today.end) return stateAt(today.state, 'Unplanned', new Date(today.start).toISOString());
    return stateAt('Available', 'Unplanned', new Date(today.end).toISOString());
  }

  #trouble(id: string, day: number): { start: number; end: number; state: string } | undefined {
    const random = new Random(this.#seed, 43, numberOf(id), day);
    if (!random.chance(TROUBLED)) return undefined;
    const start = day * DAY_MS + random.int(0, 22 * 60) * 60_000;
    const state = random.pick(['Unavailable', 'Degraded']);
    return { start, end: start + random.int(15, 90) * 60_000, state };
  }

  /** Events that touch a subscription, since a moment. */
  eventsOf(subscriptionId: string, { since, now }: { since: number; now: number }): JsonObject[] {
    const events: JsonObject[] = [...this.#events.values()].map((event) =>
      toEvent(event, { start: Date.parse(event.since), end: undefined, region: 'West Europe' }),
    );
    const first = Math.max(Math.floor(since / DAY_MS), Math.floor(now / DAY_MS) - 30);
    for (let day = first; day <= Math.floor(now / DAY_MS); day += 1) {
      const random = new Random(this.#seed, 44, numberOf(subscriptionId), day);
      if (!random.chance(0.3)) continue;
      const start = day * DAY_MS + random.int(0, 20) * HOUR_MS;
      const end = start + random.int(1, 4) * HOUR_MS;
      const region = random.pick(['West Europe', 'North Europe', 'East US 2']);
      if (start > now) continue;
      const event: ForcedEvent = {
        trackingId: `${guidOf(`${subscriptionId}|${day}`).slice(0, 4).toUpperCase()}-${random.hex(3).toUpperCase()}`,
        eventType: random.pick(['ServiceIssue', 'ServiceIssue', 'PlannedMaintenance', 'HealthAdvisory']),
        status: now < end ? 'Active' : 'Resolved',
        eventLevel: random.pick(['Warning', 'Error', 'Informational']),
      };
      events.push(toEvent(event, { start, end: now < end ? undefined : end, region }));
    }
    return events;
  }
}

function toEvent(
  { trackingId, eventType, status, eventLevel }: ForcedEvent,
  { start, end, region }: { start: number; end: number | undefined; region: string },
): JsonObject {
  const startedAt = new Date(start).toISOString();
  const endedAt = end === undefined ? undefined : new Date(end).toISOString();
  const summary = 'Some customers may see failures or latency. More will be told as it is known.';
  return {
    id: `/providers/Microsoft.ResourceHealth/events/${trackingId}`,
    name: trackingId,
    type: '/providers/Microsoft.ResourceHealth/events',
    properties: {
      eventType,
      eventSource: 'ServiceHealth',
      status,
      title: `${status.toUpperCase()}: Virtual Machines in ${region}`,
      summary,
      header: 'Your service might have been impacted by an Azure service issue',
      level: 'Warning',
      eventLevel,
      impactStartTime: startedAt,
      impactMitigationTime: endedAt,
      lastUpdateTime: endedAt ?? startedAt,
      isHIR: false,
      priority: 2,
      impact: [
        {
          impactedService: 'Virtual Machines',
          impactedRegions: [{ impactedRegion: region, status, lastUpdateTime: endedAt ?? startedAt }],
        },
      ],
    },
  };
}

function stateAt(state: string, reason: string, since: string): Current {
  return { state, reason, since, summary: summaryOf(state, reason) };
}

function summaryOf(state: string, reason: string): string {
  if (state === 'Available') return 'There are no known Azure platform problems affecting this resource.';
  if (reason === 'UserInitiated')
    return 'This resource is stopped as an authorized user or process asked for it.';
  return `We are sorry, this resource is ${state.toLowerCase()} because of an unexpected platform problem.`;
}

function isStopped({ properties }: Resource): boolean {
  return /PowerState\/(deallocated|stopped)/i.test(JSON.stringify(properties?.extended ?? ''));
}

function numberOf(text: string): number {
  return Number.parseInt(hash('md5', text.toLowerCase()).slice(0, 8), 16);
}
