import type { AlertProcessor } from './processor.ts';

/** A policy that a resource does not meet. */
export type Violation = {
  readonly resource_id: string;
  readonly policy: string;
  readonly assignment: string;
  readonly reason: string;
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
      const policies = [...new Set(violations.map(({ policy }) => policy))];
      return {
        summary:
          violations.length === 0
            ? 'the resources violate no policy'
            : `the resources violate ${policies.length} policies`,
        details: { violations: violations.slice(0, 50) },
      };
    },
  };
}
