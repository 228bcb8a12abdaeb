import { type Judged, judgeRow, judgeSubscription } from '../../defender/judge.ts';
import type { JsonObject } from '../../estate/model.ts';
import { judgeByPolicies, type PolicyVerdict } from '../../policy/verdicts.ts';
import type { World } from '../../world.ts';
import { type ArmRequest, type ArmResponse, ok, type Parameters, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const pageSize = 1000;
/** The initiative that Defender for Cloud assigns to each subscription: the Microsoft cloud security benchmark. */
const INITIATIVE =
  '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8';
const ASSIGNMENT = 'SecurityCenterBuiltIn';
const STATES = { Healthy: 'Compliant', Unhealthy: 'NonCompliant', NotApplicable: undefined } as const;
const LATEST = 'providers/microsoft.policyinsights/policystates/latest/queryresults';

/** Azure Policy's verdicts: those behind the assessments of Defender for Cloud, and those of what is assigned. */
export const policyStateRoutes: readonly Route[] = [
  { method: 'POST', path: `subscriptions/{subscription}/${LATEST}`, handle: ofSubscription },
  // The SDK asks for the pages after the first by GET.
  { method: 'GET', path: `subscriptions/{subscription}/${LATEST}`, handle: ofSubscription },
  { method: 'POST', path: `{*resource}/${LATEST}`, handle: ofResource },
];

async function ofSubscription(
  request: ArmRequest,
  world: World,
  { subscription = '' }: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, subscription);
  const token = parameter(request, '$skiptoken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const judge = judgeByPolicies(world, id);
  const value: JsonObject[] = [];
  for await (const { key, resource, judged } of judgeSubscription(world, id, after)) {
    value.push(...judged.flatMap((one) => renderAssessed(one, id)));
    value.push(...judge(resource).map((verdict) => renderVerdict(verdict, resource.id, id)));
    if (value.length >= pageSize)
      return ok({ value, '@odata.count': value.length, '@odata.nextLink': nextLink(request, key) });
  }
  return ok({ value, '@odata.count': value.length, '@odata.nextLink': null });
}

/** With `$expand=PolicyEvaluationDetails`, also what each condition came to. */
function ofResource(request: ArmRequest, world: World): ArmResponse {
  const id = `/${request.segments.slice(0, -5).join('/')}`;
  const resource = world.estate.get(id);
  if (!resource) return ok({ value: [], '@odata.count': 0, '@odata.nextLink': null });
  const { id: subscriptionId } = findSubscription(world, id.split('/')[2]);
  const isExpanded = /^policyevaluationdetails$/i.test(parameter(request, '$expand') ?? '');
  const verdicts = judgeByPolicies(world, subscriptionId)(resource);
  const value = [
    ...judgeRow(world.estate, { resource }).flatMap((one) => renderAssessed(one, subscriptionId)),
    ...verdicts.map((verdict) => ({
      ...renderVerdict(verdict, resource.id, subscriptionId),
      ...(isExpanded && { policyEvaluationDetails: { evaluatedExpressions: verdict.expressions } }),
    })),
  ];
  return ok({ value, '@odata.count': value.length, '@odata.nextLink': null });
}

function renderAssessed({ type, judgement }: Judged, subscriptionId: string): JsonObject[] {
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

function renderVerdict(verdict: PolicyVerdict, resourceId: string, subscriptionId: string): JsonObject {
  const { assignment, definition, initiativeId, referenceId, effect, state } = verdict;
  return {
    timestamp: new Date().toISOString(),
    resourceId,
    policyAssignmentId: assignment.id,
    policyAssignmentName: assignment.name,
    policyAssignmentScope: assignment.properties.scope,
    policyDefinitionId: definition.id,
    policyDefinitionName: definition.name,
    policyDefinitionReferenceId: referenceId,
    policyDefinitionAction: effect,
    policySetDefinitionId: initiativeId,
    subscriptionId,
    complianceState: state,
    isCompliant: state === 'Compliant',
  };
}

function nextLink(request: ArmRequest, key: string): string {
  const url = new URL(request.url);
  url.searchParams.delete('$skipToken');
  url.searchParams.set('$skiptoken', Buffer.from(key).toString('base64url'));
  return url.href;
}
