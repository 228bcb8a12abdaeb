import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { Endpoint } from '../endpointStore.ts';
import { deliveryId } from '../rows.ts';

export type Alert = {
  readonly type: 'webhook.delivery_dead' | 'webhook.disabled';
  readonly reason: string;
  readonly at: Date;
  /** Of the delivery. */
  readonly key?: string;
};

/** An event for the tenant's operators. */
export function toAlert(endpoint: Endpoint, { type, reason, at, key }: Alert): CloudEvent {
  const time = at.toISOString();
  const delivery = key && deliveryId(endpoint.id, key);
  return {
    specversion: '1.0',
    id: eventId(`${endpoint.tenant_id}|${type}|${delivery ?? endpoint.id}|${time}`),
    source: `/tenants/${endpoint.tenant_id}/webhooks`,
    type: 'AlertTriggered',
    subject: endpoint.id,
    time,
    datacontenttype: 'application/json',
    tenantid: endpoint.tenant_id,
    data: {
      alert_type: type,
      severity: type === 'webhook.disabled' ? 'high' : 'medium',
      message: `webhook "${endpoint.name}": ${reason}`,
      webhook_id: endpoint.id,
      ...(delivery && { delivery_id: delivery }),
    },
  };
}
