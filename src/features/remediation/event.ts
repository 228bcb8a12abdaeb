import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { Remediation, Status } from './schema.ts';

const TOLD: ReadonlySet<Status> = new Set(['succeeded', 'failed', 'rolled_back', 'rollback_failed']);

/** How what was carried out ended; nothing for other statuses. The same end has the same id, however often it is told. */
export function actionExecuted(
  tenantId: string,
  { status, ...remediation }: Remediation,
): CloudEvent<'ActionExecuted'>[] {
  const { id, requested_by: by, subscription_id: subscriptionId, resource_id: resourceId } = remediation;
  if (!TOLD.has(status)) return [];
  return [
    {
      specversion: '1.0',
      id: eventId(`${tenantId}|remediation|${id}|${status}|${remediation.updated_at}`),
      source: `/tenants/${tenantId}/remediations`,
      type: 'ActionExecuted',
      subject: id,
      time: remediation.updated_at,
      datacontenttype: 'application/json',
      tenantid: tenantId,
      data: {
        action_id: id,
        action: 'remediation',
        status,
        ...(resourceId !== null && { resource_id: resourceId }),
        subscription_id: subscriptionId,
        policy_id: remediation.policy_id,
        assignment_id: remediation.assignment_id,
        violation_gone: remediation.result?.violation_gone ?? null,
        error: remediation.error,
        requested_by: by,
      },
    },
  ];
}
