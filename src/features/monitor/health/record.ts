import { toTime } from '../time.ts';
import type { AvailabilityStatus, ServiceEvent } from './azure.ts';

/** How a resource is, as Resource Health says; times of the report itself are left out, since each read has another. */
export type HealthRecord = {
  readonly resourceId: string;
  /** `Available`, `Unavailable`, `Degraded`, `Unknown`, or what Azure may say one day. */
  readonly state: string;
  /** Since when, ISO 8601. */
  readonly since: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly details: string | null;
  /** `Unplanned`, `Planned`, `UserInitiated`. */
  readonly reason: string | null;
  readonly chronicity: string | null;
  readonly category: string | null;
  readonly context: string | null;
  readonly expectedResolution: string | null;
  readonly recommendedActions: readonly string[];
};

/** A change of a resource's state. */
export type Transition = {
  readonly resourceId: string;
  /** Null where nothing was known before. */
  readonly from: string | null;
  readonly to: string;
  readonly at: string;
  readonly reason: string | null;
  readonly summary: string | null;
};

/** An event of Service Health. */
export type ServiceEventRecord = {
  readonly trackingId: string;
  /** `ServiceIssue`, `PlannedMaintenance`, `HealthAdvisory`, `SecurityAdvisory` … */
  readonly type: string;
  readonly status: string;
  readonly level: string | null;
  readonly title: string;
  readonly summary: string | null;
  readonly startedAt: string | null;
  readonly mitigatedAt: string | null;
  readonly updatedAt: string | null;
  readonly impact: readonly { readonly service: string; readonly regions: readonly string[] }[];
};

const MAX_TEXT = 8_000;
const EXTENSION = '/providers/microsoft.resourcehealth/';

/** Undefined where the id is not that of a resource's status. */
export function toHealth({ id, properties: given }: AvailabilityStatus): HealthRecord | undefined {
  const end = id.toLowerCase().lastIndexOf(EXTENSION);
  if (end <= 0) return undefined;
  return {
    resourceId: id.slice(0, end),
    state: given.availabilityState ?? 'Unknown',
    since: toTime(given.occuredTime),
    title: given.title ?? null,
    summary: cut(given.summary),
    details: cut(given.detailedStatus),
    reason: given.reasonType || null,
    chronicity: given.reasonChronicity || null,
    category: given.category || null,
    context: given.context || null,
    expectedResolution: toTime(given.resolutionETA),
    recommendedActions: given.recommendedActions.flatMap(({ action }) => action ?? []),
  };
}

export function toServiceEvent({ name, properties: given }: ServiceEvent): ServiceEventRecord {
  return {
    trackingId: name,
    type: given.eventType ?? 'Unknown',
    status: given.status ?? 'Unknown',
    level: given.eventLevel ?? given.level ?? null,
    title: given.title ?? given.header ?? name,
    summary: cut(given.summary),
    startedAt: toTime(given.impactStartTime),
    mitigatedAt: toTime(given.impactMitigationTime),
    updatedAt: toTime(given.lastUpdateTime),
    impact: given.impact.map(({ impactedService, impactedRegions }) => ({
      service: impactedService ?? 'Unknown',
      regions: impactedRegions.flatMap(({ impactedRegion }) => impactedRegion ?? []),
    })),
  };
}

function cut(text: string | undefined): string | null {
  return text?.slice(0, MAX_TEXT) || null;
}
