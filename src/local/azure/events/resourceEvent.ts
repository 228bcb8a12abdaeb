import type { JsonObject } from '../estate/model.ts';
import type { Change } from '../state/change.ts';

/** An event in Event Grid's own schema. */
export type ResourceEvent = {
  readonly id: string;
  readonly topic: string;
  readonly subject: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly data: JsonObject;
  readonly dataVersion: string;
  readonly metadataVersion: string;
};

const types = { Create: 'Write', Update: 'Write', Delete: 'Delete', Action: 'Action' } as const;
export const methods = { Create: 'PUT', Update: 'PUT', Delete: 'DELETE', Action: 'POST' } as const;

/**
 * Describes a change as the subscription's system topic does (`Microsoft.Resources.Resource…Success`). As in Azure the
 * data say who did what to which id, and carry no resource.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
export function resourceEvent(change: Change, tenantId: string): ResourceEvent {
  const subscriptionId = change.target.split('/')[2] ?? '';
  const { actor, correlationId, operation, subject } = change;
  return {
    id: change.id,
    topic: `/subscriptions/${subscriptionId}`,
    subject,
    eventType: `Microsoft.Resources.Resource${types[change.kind]}Success`,
    eventTime: change.at,
    data: {
      authorization: {
        scope: subject,
        action: operation,
        evidence: {
          role: 'Contributor',
          roleAssignmentScope: `/subscriptions/${subscriptionId}`,
          principalId: actor.objectId.replaceAll('-', ''),
          principalType: actor.kind === 'User' ? 'User' : 'ServicePrincipal',
        },
      },
      claims: claims(change, tenantId),
      correlationId,
      httpRequest: {
        clientRequestId: change.id,
        clientIpAddress: actor.address,
        method: methods[change.kind],
        url: `https://management.azure.com${subject}${action(change)}?api-version=2021-04-01`,
      },
      resourceProvider: operation.split('/')[0],
      resourceUri: subject,
      operationName: operation,
      status: 'Succeeded',
      subscriptionId,
      tenantId,
    },
    dataVersion: '2',
    metadataVersion: '1',
  };
}

function action(change: Change): string {
  return change.kind === 'Action' ? `/${change.operation.split('/').at(-2)}` : '';
}

/** What a token says of whoever made a change. */
export function claims({ actor }: Pick<Change, 'actor'>, tenantId: string): JsonObject {
  const shared = {
    aud: 'https://management.core.windows.net/',
    iss: `https://sts.windows.net/${tenantId}/`,
    ipaddr: actor.address,
    'http://schemas.microsoft.com/identity/claims/objectidentifier': actor.objectId,
    'http://schemas.microsoft.com/identity/claims/tenantid': tenantId,
  };
  if (actor.kind === 'Application') return { ...shared, appid: actor.id, appidacr: '2', idtyp: 'app' };
  const names = {
    name: actor.name,
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': actor.id,
    upn: actor.id,
  };
  return { ...shared, ...names, appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', appidacr: '0' };
}

/** The same event in CloudEvents 1.0. */
export function toCloudEvent(event: ResourceEvent): JsonObject {
  const { id, topic, subject, eventType, eventTime, data } = event;
  return { specversion: '1.0', id, source: topic, subject, type: eventType, time: eventTime, data };
}
