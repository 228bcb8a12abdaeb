import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { Deployment } from './schema.ts';
import { scopeText } from './steps.ts';

/** How a deployment ended, for whoever listens. The same end has the same id, however often it is told. */
export function actionExecuted(
  tenantId: string,
  deployment: Deployment,
  { status, time }: { status: Deployment['status']; time: string },
): CloudEvent<'ActionExecuted'> {
  const { id, subscription_id: subscriptionId, deployment_name: name, requested_by: by } = deployment;
  return {
    specversion: '1.0',
    id: eventId(`${tenantId}|deployment|${id}|${status}`),
    source: `/tenants/${tenantId}/deployments`,
    type: 'ActionExecuted',
    subject: id,
    time,
    datacontenttype: 'application/json',
    tenantid: tenantId,
    data: {
      action_id: id,
      action: 'deployment',
      status,
      resource_id: scopeText(deployment),
      subscription_id: subscriptionId,
      deployment_name: name,
      requested_by: by,
    },
  };
}
