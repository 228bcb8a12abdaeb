import { actorOfClaims } from '#features/discovery/index.ts';
import { toTime } from '../time.ts';
import type { ActivityEntry } from './azure.ts';

/** One entry of the activity log, as it is kept. */
export type ActivityRecord = {
  /** Azure's `eventDataId`. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** When Azure made it available; it may be many minutes later. */
  readonly submittedAt: string | null;
  /** As Azure has it: user principal name, or object id of an application. */
  readonly caller: string | null;
  /** As the history of the inventory names who did it: user principal name, or application id. */
  readonly actor: string | null;
  readonly category: string;
  readonly operation: string;
  readonly title: string | null;
  readonly status: string;
  readonly subStatus: string | null;
  readonly level: string | null;
  readonly resourceId: string | null;
  readonly correlationId: string | null;
  readonly description: string | null;
  readonly clientIp: string | null;
  readonly method: string | null;
};

const MAX_DESCRIPTION = 4_000;

export function toActivity(entry: ActivityEntry): ActivityRecord {
  const { operationName: operation, status, subStatus, authorization, httpRequest } = entry;
  return {
    id: entry.eventDataId ?? idIn(entry.id ?? ''),
    at: new Date(entry.eventTimestamp).toISOString(),
    submittedAt: toTime(entry.submissionTimestamp),
    caller: entry.caller?.trim() || null,
    actor: actorOfClaims(entry.claims ?? {}) ?? (entry.caller?.trim() || null),
    // The API was of the channels Admin and Operation alone before entries named a category.
    category: entry.category?.value ?? 'Administrative',
    operation: operation?.value ?? authorization?.action ?? '',
    title: operation?.localizedValue ?? null,
    status: status?.value ?? '',
    subStatus: subStatus?.value || null,
    level: entry.level ?? null,
    resourceId: entry.resourceId || resourceIn(entry.id ?? '') || authorization?.scope || null,
    correlationId: entry.correlationId ?? null,
    description: entry.description?.slice(0, MAX_DESCRIPTION) || null,
    clientIp: httpRequest?.clientIpAddress ?? null,
    method: httpRequest?.method ?? null,
  };
}

/** `RESOURCE/events/EVENT_DATA_ID/ticks/TICKS` */
const ID = /^(.*)\/events\/([^/]+)\/ticks\/\d+$/i;

function idIn(id: string): string {
  return ID.exec(id)?.[2] ?? id;
}

function resourceIn(id: string): string | undefined {
  return ID.exec(id)?.[1];
}
