import { type CloudEvent, eventId } from '#features/events/index.ts';
import { type AnomalyRecord, anomalyId } from './record.ts';

export type AnomalyPlace = { readonly tenantId: string; readonly subscriptionId: string; readonly at: Date };

/** A series costs what its past does not let expect; the id follows from the row, so that it is raised once. */
export function toAnomalyFound(
  { record, rowKey }: { record: AnomalyRecord; rowKey: string },
  { tenantId, subscriptionId, at }: AnomalyPlace,
): CloudEvent<'AlertTriggered'> {
  const { series, group, currency, day, days, direction, kind, actual, expected, reason } = record;
  const id = anomalyId(subscriptionId, rowKey);
  return {
    specversion: '1.0',
    id: eventId(`${tenantId}|anomaly|${id}`),
    source: `/tenants/${tenantId}/cost`,
    type: 'AlertTriggered',
    subject: subjectOf(record, subscriptionId),
    time: at.toISOString(),
    datacontenttype: 'application/json',
    tenantid: tenantId,
    data: {
      alert_type: 'cost.anomaly',
      severity: direction === 'above' ? 'medium' : 'low',
      message: `${nameOf(record)} costs ${reason} (${currency}). See GET /api/v1/costs/anomalies for the resources behind it.`,
      resource_id: series === 'resourceGroup' ? subjectOf(record, subscriptionId) : null,
      subscription_id: subscriptionId,
      anomaly_id: id,
      series,
      group,
      currency,
      day,
      days,
      direction,
      kind,
      actual,
      expected,
    },
  };
}

function subjectOf({ series, group }: AnomalyRecord, subscriptionId: string): string {
  const subscription = `/subscriptions/${subscriptionId}`;
  return series === 'resourceGroup' ? `${subscription}/resourceGroups/${group}` : subscription;
}

function nameOf({ series, group }: AnomalyRecord): string {
  if (series === 'subscription') return `subscription ${group}`;
  return series === 'resourceGroup' ? `resource group ${group}` : `resources of the type ${group}`;
}
