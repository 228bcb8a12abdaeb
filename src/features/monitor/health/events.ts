import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { HealthRecord, ServiceEventRecord } from './record.ts';

type Severity = 'critical' | 'high' | 'medium' | 'informational';
/** Data of the AlertTriggered events that come from here; others raise it too. */
export type HealthAlertData = {
  readonly alert_type: 'resource_health.unavailable' | 'service_health.issue';
  readonly severity: Severity;
  readonly message: string;
  readonly resource_id: string | null;
  readonly subscription_id: string;
  readonly started_at: string | null;
  readonly reason: string | null;
  readonly tracking_id: string | null;
};
type Place = { readonly tenantId: string; readonly subscriptionId: string; readonly at: Date };

const BY_REASON: Readonly<Record<string, Severity>> = {
  unplanned: 'high',
  planned: 'medium',
  userinitiated: 'informational',
};
const BY_LEVEL: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  error: 'high',
  warning: 'medium',
  informational: 'informational',
};

/** A resource has become unavailable; the id follows from the resource and since when, so that it is raised once. */
export function toUnavailable(record: HealthRecord, place: Place): CloudEvent<'AlertTriggered'> {
  const { resourceId, since, reason, title, summary } = record;
  return toAlert(place, {
    name: `resource_health|${resourceId.toLowerCase()}|${since}`,
    subject: resourceId,
    data: {
      alert_type: 'resource_health.unavailable',
      severity: BY_REASON[reason?.toLowerCase() ?? ''] ?? 'high',
      message: summary ?? title ?? 'the resource is unavailable',
      resource_id: resourceId,
      subscription_id: place.subscriptionId,
      started_at: since,
      reason,
      tracking_id: null,
    },
  });
}

/** A service issue touches a subscription; raised once for each. */
export function toServiceIssue(event: ServiceEventRecord, place: Place): CloudEvent<'AlertTriggered'> {
  const { trackingId, level, title, startedAt } = event;
  const { subscriptionId } = place;
  return toAlert(place, {
    name: `service_health|${subscriptionId}|${trackingId.toLowerCase()}`,
    subject: `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events/${trackingId}`,
    data: {
      alert_type: 'service_health.issue',
      severity: BY_LEVEL[level?.toLowerCase() ?? ''] ?? 'medium',
      message: title,
      resource_id: null,
      subscription_id: subscriptionId,
      started_at: startedAt,
      reason: null,
      tracking_id: trackingId,
    },
  });
}

function toAlert(
  { tenantId, at }: Place,
  given: { readonly name: string; readonly subject: string; readonly data: HealthAlertData },
): CloudEvent<'AlertTriggered', HealthAlertData> {
  return {
    specversion: '1.0',
    id: eventId(`${tenantId}|${given.name}`),
    source: `/tenants/${tenantId}/monitor`,
    type: 'AlertTriggered',
    subject: given.subject,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    tenantid: tenantId,
    data: given.data,
  };
}
