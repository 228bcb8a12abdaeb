import { keyOf } from '#features/connectors/index.ts';
import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { RowWrite } from '#platform/tables.ts';
import { alertId } from './ids.ts';
import type { AlertRecord } from './mapping/alert.ts';
import type { Severity } from './mapping/words.ts';

/** Data of the AlertTriggered events that come from here; others raise it too. */
export type DefenderAlertData = {
  readonly alert_type: string;
  readonly severity: Severity;
  readonly message: string;
  readonly alert_id: string;
  readonly azure_id: string;
  readonly status: string;
  readonly resource_id: string | null;
  readonly subscription_id: string;
  readonly started_at: string | null;
};

/** Where these events come from (CloudEvents `source`). */
export function sourceOf(tenantId: string): string {
  return `/tenants/${tenantId}/security`;
}

type AlertPlace = {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly rowKey: string;
  readonly at: Date;
};

const OPEN = ['Active', 'InProgress'];

/** What is written along with a new alert: its row by ARM id, and AlertTriggered where it is open. */
export function alertCreation(
  alert: AlertRecord,
  place: AlertPlace,
): { readonly writes: readonly RowWrite[]; readonly events: readonly CloudEvent[] } {
  const rowKey = `i|${keyOf(alert.azureId)}`;
  return {
    writes: [{ kind: 'upsert', rowKey, row: { at: place.rowKey } }],
    events: OPEN.includes(alert.status) ? [toAlertTriggered(alert, place)] : [],
  };
}

/** The event of a new alert; its id follows from the alert's, so that it is raised once. */
function toAlertTriggered(
  alert: AlertRecord,
  place: AlertPlace,
): CloudEvent<'AlertTriggered', DefenderAlertData> {
  const { tenantId, subscriptionId, at } = place;
  return {
    specversion: '1.0',
    id: eventId(`${tenantId}|alert|${alert.azureId.toLowerCase()}`),
    source: sourceOf(tenantId),
    type: 'AlertTriggered',
    subject: alert.azureId,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    tenantid: tenantId,
    data: {
      alert_type: `defender.${alert.type}`,
      severity: alert.severity,
      message: alert.name,
      alert_id: alertId(place),
      azure_id: alert.azureId,
      status: alert.status,
      resource_id: alert.resourceIds[0] ?? null,
      subscription_id: subscriptionId,
      started_at: alert.startedAt,
    },
  };
}
