import type { AlertProcessor } from './processor.ts';

/** A policy that a resource does not meet, as Azure or we judge it. */
export type Violation = {
  readonly resourceId: string;
  readonly assignmentId: string;
  readonly definitionId: string | null;
  readonly theirs: string | null;
  readonly ours: string | null;
};
/** The policies that a resource does not meet at the moment. */
export type ViolationsOf = (tenantId: string, resourceId: string) => Promise<Violation[]>;

/** Which policies the attacked resources violate: whether a rule that holds would have prevented it. */
export function policyViolationProcessor(violationsOf: ViolationsOf): AlertProcessor {
  return {
    name: 'policy_violation',
    canProcess: ({ resourceIds }) => resourceIds.length > 0,
    async process({ tenantId, alert }) {
      const found = await Promise.all(alert.resourceIds.map((id) => violationsOf(tenantId, id)));
      const violations = found.flat();
      const policies = [
        ...new Set(violations.map(({ assignmentId, definitionId }) => definitionId ?? assignmentId)),
      ];
      return {
        summary:
          violations.length === 0
            ? 'the resources violate no policy'
            : `the resources violate ${policies.length} policies`,
        details: {
          violations: violations.slice(0, 50).map((violation) => ({
            resource_id: violation.resourceId,
            assignment_id: violation.assignmentId,
            policy_definition_id: violation.definitionId,
            azure: violation.theirs,
            ours: violation.ours,
          })),
        },
      };
    },
  };
}
