import { type Judged, judgeSubscription } from '../../defender/judge.ts';
import type { JsonObject } from '../../estate/model.ts';
import { type ArmRequest, ok, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const pageSize = 1000;
/** The initiative that Defender for Cloud assigns to each subscription: the Microsoft cloud security benchmark. */
const INITIATIVE =
  '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8';
const ASSIGNMENT = 'SecurityCenterBuiltIn';
const STATES = { Healthy: 'Compliant', Unhealthy: 'NonCompliant', NotApplicable: undefined } as const;

/** Azure Policy's verdicts: those behind the assessments of Defender for Cloud. */
export const policyStateRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'subscriptions/{subscription}/providers/microsoft.policyinsights/policystates/latest/queryresults',
    handle: async (request, world, { subscription = '' }) => {
      const { id } = findSubscription(world, subscription);
      const token = parameter(request, '$skiptoken');
      const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
      const value: JsonObject[] = [];
      for await (const { key, judged } of judgeSubscription(world, id, after)) {
        value.push(...judged.flatMap((one) => render(one, id)));
        if (value.length >= pageSize)
          return ok({ value, '@odata.count': value.length, '@odata.nextLink': nextLink(request, key) });
      }
      return ok({ value, '@odata.count': value.length, '@odata.nextLink': null });
    },
  },
];

function render({ type, judgement }: Judged, subscriptionId: string): JsonObject[] {
  const complianceState = STATES[judgement.verdict];
  if (complianceState === undefined) return [];
  const assignment = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/policyAssignments/${ASSIGNMENT}`;
  return [
    {
      timestamp: new Date().toISOString(),
      resourceId: judgement.resourceId,
      policyAssignmentId: assignment,
      policyAssignmentName: ASSIGNMENT,
      policyAssignmentScope: `/subscriptions/${subscriptionId}`,
      policyDefinitionId: type.policyDefinitionId,
      policyDefinitionName: type.policyDefinitionId.split('/').at(-1),
      policyDefinitionReferenceId: type.key,
      policyDefinitionAction: 'audit',
      policySetDefinitionId: INITIATIVE,
      subscriptionId,
      resourceType: `/${type.type}`,
      complianceState,
      isCompliant: complianceState === 'Compliant',
    },
  ];
}

function nextLink(request: ArmRequest, key: string): string {
  const url = new URL(request.url);
  url.searchParams.delete('$skipToken');
  url.searchParams.set('$skiptoken', Buffer.from(key).toString('base64url'));
  return url.href;
}
