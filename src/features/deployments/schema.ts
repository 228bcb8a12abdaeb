import * as z from 'zod';

const Json = z.record(z.string(), z.unknown());
const SUBSCRIPTION = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A parameter of a template as the library describes it (the guide's `TemplateParameter`). */
export const TemplateParameter = z.object({
  name: z.string(),
  param_type: z.string(),
  description: z.string(),
  default_value: z.unknown().optional(),
  allowed_values: z.array(z.unknown()).optional(),
});
export type TemplateParameter = z.infer<typeof TemplateParameter>;

export const TemplateInput = z.strictObject({
  name: z.string().min(1).max(120),
  description: z.string().max(4000).default(''),
  version: z.string().min(1).max(40).default('1.0.0'),
  author: z.string().max(200).default(''),
  template: Json.meta({ description: 'ARM template in JSON.' }).optional(),
  bicep: z.string().min(1).max(1_000_000).optional().meta({ description: 'Bicep in place of `template`.' }),
});
export type TemplateInput = z.infer<typeof TemplateInput>;

export const LibraryTemplate = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  author: z.string(),
  parameters: z.array(TemplateParameter),
  created_at: z.string(),
  updated_at: z.string(),
});
export type LibraryTemplate = z.infer<typeof LibraryTemplate>;

export const TemplateList = z.object({ data: z.array(LibraryTemplate), total: z.number().int() });
export const WholeTemplate = LibraryTemplate.extend({ template: Json });

export const DeploymentInput = z
  .strictObject({
    subscription_id: z.string().regex(SUBSCRIPTION, 'must be a GUID'),
    resource_group_name: z
      .string()
      .regex(/^[^/\\?#%]{1,90}$/, 'is no name of a resource group')
      .optional(),
    location: z.string().max(60).optional().meta({
      description: 'Where Azure keeps the deployment itself; needed without `resource_group_name`.',
    }),
    template: Json.optional().meta({ description: 'ARM template in JSON.' }),
    bicep: z.string().min(1).max(1_000_000).optional().meta({ description: 'Bicep in place of `template`.' }),
    template_id: z.string().max(100).optional().meta({ description: 'A template of the library.' }),
    parameters: Json.default({}).meta({
      description: 'By name: a value, `{value}`, or `{reference}` to a vault.',
    }),
    dry_run: z.boolean().default(false).meta({
      description: 'Check, validate and what-if only; `POST …/start` deploys exactly that.',
    }),
  })
  .check((context) => {
    const { template, bicep, template_id: id, resource_group_name: group, location } = context.value;
    const given = [template, bicep, id].filter((each) => each !== undefined).length;
    const input = context.value;
    if (given !== 1)
      context.issues.push({
        code: 'custom',
        path: ['template'],
        message: 'give exactly one of template, bicep and template_id',
        input,
      });
    if (group === undefined && location === undefined)
      context.issues.push({
        code: 'custom',
        path: ['location'],
        message: 'is required for a deployment to a subscription',
        input,
      });
  });
export type DeploymentInput = z.infer<typeof DeploymentInput>;

export const STATUSES = [
  'checking',
  'denied',
  'awaiting_approval',
  'rejected',
  'validating',
  'invalid',
  'planned',
  'deploying',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export const Status = z.enum(STATUSES);
export type Status = z.infer<typeof Status>;

/** What a policy says of a resource that the deployment would write. */
export const Finding = z.object({
  resource_id: z.string(),
  policy_id: z.string(),
  policy_name: z.string(),
  assignment_id: z.string(),
  effect: z.string(),
  outcome: z.enum(['denied', 'violation', 'unknown', 'error']),
  severity: z.string(),
  reason: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const PlannedChange = z.object({
  resource_id: z.string(),
  change: z
    .string()
    .meta({ description: '`Create`, `Modify`, `NoChange`, `Deploy`, `Ignore`, `Unsupported`.' }),
  paths: z.array(z.string()),
});
export type PlannedChange = z.infer<typeof PlannedChange>;

export const Operation = z.object({
  resource_id: z.string(),
  resource_type: z.string(),
  operation: z.string(),
  state: z.string(),
  at: z.string().nullable(),
  error: z.string().nullable(),
});

export const Deployment = z.object({
  id: z.string(),
  deployment_name: z.string(),
  status: Status,
  subscription_id: z.string(),
  resource_group_name: z.string().nullable(),
  location: z.string().nullable(),
  dry_run: z.boolean(),
  requested_by: z.string(),
  requested_by_id: z.string(),
  started_by: z.string().optional().meta({ description: 'Who started what a dry run had planned.' }),
  started_by_id: z.string().optional(),
  approved_by: z.string().nullable(),
  approval: z
    .object({ role: z.string(), rule: z.string() })
    .nullable()
    .meta({ description: 'Whose approval a rule asks for.' }),
  resources: z.array(z.string()).meta({ description: 'Ids that the template would write.' }),
  findings: z.array(Finding),
  changes: z.array(PlannedChange).meta({ description: "Azure's what-if." }),
  outputs: Json.nullable(),
  correlation_id: z.string().nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Deployment = z.infer<typeof Deployment>;

export const DeploymentDetails = Deployment.extend({ operations: z.array(Operation) });
export const DeploymentList = z.object({ data: z.array(Deployment), nextCursor: z.string().nullable() });

export const DeploymentsQuery = z.strictObject({
  status: Status.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(100).optional(),
});

/** Who must approve: the first rule that fits a deployment decides. */
export const ApprovalRule = z.strictObject({
  name: z.string().min(1).max(120),
  scope: z
    .string()
    .regex(/^\/subscriptions\//i, 'must be an ARM id of a subscription, group or resource')
    .optional(),
  resource_types: z.array(z.string().min(1)).max(100).optional(),
  on_findings: z.boolean().default(false).meta({ description: 'Only where the check found something.' }),
  role: z.enum(['operator', 'policy-author', 'security-admin', 'owner']),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;
export const ApprovalRules = z.strictObject({ rules: z.array(ApprovalRule).max(50) });
