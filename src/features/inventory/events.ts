import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { ChangeKind, Commit, LoggedChange } from './model.ts';
import { parseResourceId, toShortId } from './resourceId.ts';

export type ResourceEventType = 'ResourceCreated' | 'ResourceUpdated' | 'ResourceDeleted';

export type ResourceEventData = {
  readonly resource_id: string;
  readonly short_id: string;
  readonly resource_type: string;
  readonly resource_group: string | null;
  readonly subscription_id: string | null;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  /** JSON Pointers into the resource; only for ResourceUpdated. */
  readonly changed_paths?: readonly string[];
  readonly actor: string | null;
};

export type ResourceEvent = CloudEvent<ResourceEventType, ResourceEventData>;

const TYPE_OF: Record<ChangeKind, ResourceEventType> = {
  created: 'ResourceCreated',
  updated: 'ResourceUpdated',
  deleted: 'ResourceDeleted',
};

/**
 * The events of a commit. Their ids follow from tenant, segment, commit number and place in the commit:
 * whoever publishes a commit, and however often, the ids are the same.
 */
export function toCloudEvents(tenantId: string, commit: Commit): ResourceEvent[] {
  const name = messageIdOf(tenantId, commit);
  return commit.changes.map((change, index) => ({
    specversion: '1.0',
    id: eventId(name, index),
    source: `/tenants/${tenantId}/inventory`,
    type: TYPE_OF[change.kind],
    subject: change.entry.id,
    time: commit.at,
    datacontenttype: 'application/json',
    tenantid: tenantId,
    ...(change.cause.correlationId && { correlationid: change.cause.correlationId }),
    ...(change.cause.traceparent && { traceparent: change.cause.traceparent }),
    data: toData(commit.segment, change),
  }));
}

/** Name of the message that carries a commit's events; the same for every attempt to send it. */
export function messageIdOf(tenantId: string, commit: Commit): string {
  return `${tenantId}|${commit.segment}|${commit.seq}`;
}

function toData(segment: string, { kind, entry, changedPaths, cause }: LoggedChange): ResourceEventData {
  const parsed = parseResourceId(entry.id);
  return {
    resource_id: entry.id,
    short_id: toShortId(segment, entry.key),
    resource_type: parsed.type ?? '',
    resource_group: parsed.resourceGroup ?? null,
    subscription_id: parsed.subscriptionId ?? null,
    location: entry.location,
    tags: entry.tags,
    ...(kind === 'updated' && { changed_paths: changedPaths }),
    actor: cause.actor ?? null,
  };
}
