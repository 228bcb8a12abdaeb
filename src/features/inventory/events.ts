import { hash } from 'node:crypto';
import type { QueueDeclaration } from '#platform/queues.ts';
import type { ChangeKind, Commit, LoggedChange } from './model.ts';
import { parseResourceId, toShortId } from './resourceId.ts';

/** Every event of the product, in batches of CloudEvents: one message is what one commit changed. */
export const eventsQueue: QueueDeclaration = {
  name: 'events',
  description:
    'What happened, as batches of CloudEvents 1.0 in JSON; one message a commit, in no order between messages.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: 14 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

export type ResourceEventType = 'ResourceCreated' | 'ResourceUpdated' | 'ResourceDeleted';

/** CloudEvents 1.0 (JSON format). `tenantid` and `correlationid` are extension attributes. */
export type CloudEvent<Type extends string = string, Data = unknown> = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly tenantid: string;
  readonly correlationid?: string;
  /** CloudEvents distributed tracing extension. */
  readonly traceparent?: string;
  readonly data: Data;
};

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
  const name = hash('sha256', messageIdOf(tenantId, commit), 'buffer');
  return commit.changes.map((change, index) => ({
    specversion: '1.0',
    id: stableUuid(name, index),
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

/** RFC 9562 version 8: a UUID of the hash of the commit's name; its last two bytes are the place in the commit. */
function stableUuid(name: Buffer, place: number): string {
  const bytes = Buffer.from(name.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  bytes.writeUInt16BE(place, 14);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
