import * as z from 'zod';

const text = z.string().optional().catch(undefined);

const EvaluatedExpression = z.object({
  result: text,
  expression: text,
  path: text,
  operator: text,
  expressionValue: z.unknown().optional(),
  targetValue: z.unknown().optional(),
});

/** Only with `$expand=PolicyEvaluationDetails`. */
const EvaluationDetails = z.object({
  evaluatedExpressions: z.array(EvaluatedExpression).catch([]),
  ifNotExistsDetails: z
    .object({ totalResources: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * A record of `policyStates/latest/queryResults` as far as it is used (azure-rest-api-specs, policyinsights 2024-10-01).
 * Resource and assignment are required; enumerations are open.
 */
export const PolicyState = z.object({
  resourceId: z.string().min(1),
  policyAssignmentId: z.string().min(1),
  policyDefinitionId: text,
  policyDefinitionReferenceId: text,
  policySetDefinitionId: text,
  policyDefinitionAction: text,
  complianceState: text,
  /** Before complianceState there was only this. */
  isCompliant: z.boolean().optional().catch(undefined),
  policyEvaluationDetails: EvaluationDetails.optional().catch(undefined),
});
export type PolicyState = z.infer<typeof PolicyState>;

/**
 * Events of the system topic Microsoft.PolicyInsights.PolicyStates, in either schema ("Azure Policy as an Event Grid
 * source"). They say only where to look.
 */
export const PolicyStateEvent = z.union([
  z
    .object({ id: z.string(), eventType: z.string(), data: z.object({ subscriptionId: z.string() }) })
    .transform(({ eventType, ...event }) => ({ ...event, type: eventType })),
  z.object({ id: z.string(), type: z.string(), data: z.object({ subscriptionId: z.string() }) }),
]);

const RELEVANT = /^microsoft\.policyinsights\.policystate(created|changed|deleted)$/i;

/** Whether an event tells of a verdict. */
export function isPolicyStateEvent(type: string): boolean {
  return RELEVANT.test(type);
}
