import type { Json, JsonObject, Resource } from '../estate/model.ts';
import type { Estate } from '../state/estate.ts';
import { subscriptionsBelow } from '../state/hierarchy.ts';
import { type PolicyObject, scopeOf } from './model.ts';
import type { Policies } from './policies.ts';
import { type EvaluatedExpression, evaluateRule, typeOfRule } from './rule.ts';

/** What Azure Policy makes of a resource and an assigned policy. */
export type PolicyVerdict = {
  readonly assignment: PolicyObject;
  readonly definition: PolicyObject;
  readonly initiativeId: string | null;
  readonly referenceId: string | null;
  readonly effect: string;
  readonly state: 'Compliant' | 'NonCompliant' | 'Exempt';
  readonly expressions: readonly EvaluatedExpression[];
};

type Assigned = Omit<PolicyVerdict, 'state' | 'expressions'> & {
  readonly type: string | undefined;
  readonly covers: (id: string) => boolean;
  readonly isExempt: (id: string) => boolean;
};

const MANAGEMENT_GROUP = /^\/providers\/microsoft\.management\/managementgroups\/([^/]+)$/;

/** Judges resources of a subscription by every policy that is assigned to it, as far as its rules are simple. */
export function judgeByPolicies(
  { estate, policies }: { readonly estate: Estate; readonly policies: Policies },
  subscriptionId: string,
): (resource: Resource) => PolicyVerdict[] {
  const assigned = policies
    .list('policyAssignments')
    .filter((assignment) => concerns(estate, scopeOf(assignment), subscriptionId))
    .flatMap((assignment) => membersOf(assignment, policies));
  return (resource) => {
    const id = resource.id.toLowerCase();
    return assigned.flatMap(({ type, covers, isExempt, ...rest }) => {
      if ((type !== undefined && type !== resource.type.toLowerCase()) || !covers(id)) return [];
      const rule = objectOf(rest.definition.properties.policyRule);
      const evaluated = evaluateRule(rule.if, resource);
      if (!evaluated) return [];
      const state = evaluated.result ? 'NonCompliant' : 'Compliant';
      const { expressions } = evaluated;
      return [{ ...rest, state: isExempt(id) ? ('Exempt' as const) : (state as 'Compliant'), expressions }];
    });
  };
}

function concerns(estate: Estate, scope: string, subscriptionId: string): boolean {
  const [, group] = MANAGEMENT_GROUP.exec(scope) ?? [];
  if (group) return subscriptionsBelow(estate, group).includes(subscriptionId);
  return scope.startsWith(`/subscriptions/${subscriptionId}`);
}

/** The definition that an assignment assigns, or each of its initiative's; those that are switched off are none. */
function membersOf(assignment: PolicyObject, policies: Policies): Assigned[] {
  const target = policies.get(textOf(assignment.properties.policyDefinitionId));
  if (!target) return [];
  const { policyDefinitions } = target.properties;
  const given = objectOf(assignment.properties.parameters);
  if (!Array.isArray(policyDefinitions)) return toAssigned(assignment, { target, given, policies });
  return policyDefinitions.map(objectOf).flatMap((member) => {
    const definition = policies.get(textOf(member.policyDefinitionId));
    if (!definition) return [];
    const referenceId = textOf(member.policyDefinitionReferenceId);
    return toAssigned(assignment, {
      target: definition,
      given: {},
      policies,
      initiative: target,
      referenceId,
    });
  });
}

function toAssigned(
  assignment: PolicyObject,
  of: {
    readonly target: PolicyObject;
    readonly given: JsonObject;
    readonly policies: Policies;
    readonly initiative?: PolicyObject;
    readonly referenceId?: string;
  },
): Assigned[] {
  const { target, given, policies, initiative, referenceId } = of;
  const rule = objectOf(target.properties.policyRule);
  const named =
    objectOf(given.effect).value ?? objectOf(objectOf(target.properties.parameters).effect).defaultValue;
  const fixed = objectOf(rule.then).effect;
  const effect = textOf(textOf(fixed).startsWith('[') ? named : fixed).toLowerCase();
  if (effect === 'disabled') return [];
  const scope = scopeOf(assignment);
  const notScopes = listOf(assignment.properties.notScopes).map((each) => textOf(each).toLowerCase());
  return [
    {
      assignment,
      definition: target,
      initiativeId: initiative?.id ?? null,
      referenceId: referenceId ?? null,
      effect,
      type: typeOfRule(rule.if),
      covers: (id) =>
        (MANAGEMENT_GROUP.test(scope) || isWithin(id, scope)) &&
        !notScopes.some((each) => isWithin(id, each)),
      isExempt: (id) =>
        policies.list('policyExemptions').some((exemption) => {
          const { policyAssignmentId, policyDefinitionReferenceIds: only } = exemption.properties;
          const isOfThis = textOf(policyAssignmentId).toLowerCase() === assignment.id.toLowerCase();
          const isNamed = !Array.isArray(only) || only.length === 0 || only.includes(referenceId ?? '');
          return isOfThis && isNamed && isWithin(id, scopeOf(exemption));
        }),
    },
  ];
}

function isWithin(id: string, scope: string): boolean {
  return id === scope || id.startsWith(`${scope}/`);
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
