import * as z from 'zod';

const Json = z.record(z.string(), z.unknown());

/** Which resources a bulk remediation takes: findings of a policy or assignment. */
export const Filter = z
  .strictObject({
    policy_id: z.string().min(1).max(1000).optional(),
    assignment_id: z.string().min(1).max(1000).optional(),
    subscription_id: z.guid().optional(),
    resource_group: z.string().min(1).max(90).optional(),
    resource_type: z.string().min(1).max(200).optional(),
  })
  .refine(({ policy_id: policy, assignment_id: assignment }) => policy ?? assignment, {
    error: 'name policy_id or assignment_id',
  });
export type Filter = z.infer<typeof Filter>;

/** The settings of a bulk remediation have the names and limits of Azure Policy's remediation tasks. */
export const RemediationInput = z
  .strictObject({
    resource_id: z.string().min(1).max(2000).optional().meta({
      description: 'One resource, by ARM id or short id; with `filter` in its place, all that it finds.',
    }),
    finding_id: z.string().max(100).optional().meta({ description: 'A finding of the resource.' }),
    policy_id: z.string().min(1).max(1000).optional(),
    assignment_id: z.string().min(1).max(1000).optional(),
    reference_id: z.string().min(1).max(200).optional().meta({
      description: 'Member of the initiative that is assigned.',
    }),
    filter: Filter.optional(),
    dry_run: z.boolean().default(true).meta({
      description: 'Plan only; `POST …/start` carries out exactly that.',
    }),
    resource_count: z.number().int().min(1).max(5000).default(500).meta({
      description: 'Most resources of a bulk remediation (Azure Policy: `resourceCount`).',
    }),
    parallel_deployments: z.number().int().min(1).max(30).default(10).meta({
      description: 'Resources that are worked on at a time (`parallelDeployments`).',
    }),
    failure_threshold: z
      .strictObject({ percentage: z.number().min(0).max(1) })
      .default({ percentage: 0.1 })
      .meta({ description: 'Share of failures, 0 to 1, beyond which no further resource is begun.' }),
  })
  .check(({ value, issues }) => {
    const { resource_id: resource, filter, finding_id: finding, ...given } = value;
    const names = [finding, given.policy_id, given.assignment_id];
    const problem = (field: string, message: string) =>
      issues.push({ code: 'custom', path: [field], message, input: value });
    if ((resource === undefined) === (filter === undefined))
      problem('resource_id', 'give either resource_id or filter');
    if (resource !== undefined && names.every((each) => each === undefined))
      problem('policy_id', 'name the violation: finding_id, assignment_id or policy_id');
    if (filter && [...names, given.reference_id].some((each) => each !== undefined))
      problem('filter', 'with filter, policy and assignment stand in it');
  });
export type RemediationInput = z.infer<typeof RemediationInput>;

export const STATUSES = [
  'collecting',
  'running',
  'queued',
  'planning',
  'predicting',
  'planned',
  'manual',
  'not_needed',
  'denied',
  'awaiting_approval',
  'rejected',
  'executing',
  'writing',
  'verifying',
  'succeeded',
  'failed',
  'outdated',
  'cancelled',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
] as const;
export const Status = z.enum(STATUSES);
export type Status = z.infer<typeof Status>;

const Write = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tags'), operation: z.enum(['Merge', 'Delete']), tags: Json }),
  z.object({ kind: z.literal('patch'), body: Json }),
]);

const Rollback = z.object({
  possible: z.enum(['all', 'part', 'none']),
  writes: z.array(Write).meta({ description: 'Requests that lead back.' }),
  deletes: z.array(z.string()).meta({ description: 'Resources that it creates and a rollback deletes.' }),
  stays: z.array(z.string()).meta({ description: 'What a rollback does not undo.' }),
});

/** What would be done (names as in the guide's remediation plan), and how. */
export const Plan = z
  .object({
    title: z.string(),
    action_type: z.enum(['modify', 'append', 'deployIfNotExists', 'manual']),
    description: z.string(),
    estimated_impact: z.enum(['Low', 'Medium', 'High']),
    risk_level: z.enum(['Low', 'Medium', 'High']),
    priority: z.enum(['Low', 'Medium', 'High', 'Critical']),
    implementation_steps: z.string(),
    rollback_plan: z.string(),
    auto_approved: z.boolean().meta({ description: 'Whether no rule asks for approval.' }),
    executable: z.boolean(),
    blocked_by: z.array(z.string()).meta({ description: 'Why it cannot be carried out as it is.' }),
    role_definition_ids: z.array(z.string()),
    operations: z.array(z.unknown()).meta({ description: 'Of modify and append, each with its result.' }),
    writes: z.array(Write),
    before: Json.nullable(),
    after: Json.nullable(),
    paths: z.array(z.string()).meta({ description: 'What differs between before and after.' }),
    deployment: z
      .object({
        subscription_id: z.string(),
        resource_group_name: z.string().nullable(),
        location: z.string().nullable(),
        template: Json,
        parameters: Json,
        changes: z.array(z.unknown()).nullable().meta({ description: "Azure's what-if; null: not asked." }),
      })
      .nullable(),
    findings: z.array(z.unknown()).meta({ description: 'What policies say of the resource afterwards.' }),
    rollback: Rollback,
  })
  .meta({ id: 'RemediationPlan' });
export type Plan = z.infer<typeof Plan>;

export const Result = z.object({
  changed: z.boolean(),
  violation_gone: z.boolean().nullable().meta({ description: 'null: it cannot be told here; see `state`.' }),
  state: z.string().nullable().meta({ description: 'What the policy says of the resource now.' }),
  checked_at: z.string(),
  created: z.array(z.string()),
});

const DeploymentStatus = z.object({
  total_deployments: z.number().int(),
  successful_deployments: z.number().int(),
  failed_deployments: z.number().int(),
  by_status: z.record(z.string(), z.number().int()),
});

export const RemediationSummary = z.object({
  id: z.string(),
  kind: z.enum(['resource', 'bulk']),
  parent_id: z.string().nullable(),
  status: Status,
  resource_id: z.string().nullable(),
  subscription_id: z.string().nullable(),
  policy_id: z.string(),
  policy_name: z.string(),
  assignment_id: z.string(),
  reference_id: z.string().nullable(),
  effect: z.string(),
  severity: z.string(),
  dry_run: z.boolean(),
  requested_by: z.string(),
  requested_by_id: z.string(),
  approval: z.object({ role: z.string(), rule: z.string() }).nullable(),
  approved_by: z.string().nullable(),
  deployment_id: z.string().nullable(),
  result: Result.nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const Bulk = z.object({
  filter: Filter,
  resource_count: z.number().int(),
  parallel_deployments: z.number().int(),
  failure_threshold: z.object({ percentage: z.number() }),
});

/** A remediation as it is kept. */
export const Remediation = RemediationSummary.extend({ plan: Plan.nullable(), bulk: Bulk.nullable() });
export type Remediation = z.infer<typeof Remediation>;

export const RemediationDetails = Remediation.extend({
  deployment_status: DeploymentStatus.nullable().meta({
    description: 'Of a bulk remediation; its resources: `GET /api/v1/remediations?parent_id=`.',
  }),
});
export const RemediationList = z.object({
  data: z.array(RemediationSummary),
  nextCursor: z.string().nullable(),
});

export const RemediationsQuery = z.strictObject({
  status: Status.optional(),
  parent_id: z.string().max(100).optional().meta({ description: 'Those of a bulk remediation.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(100).optional(),
});

export const RollbackInput = z.strictObject({
  force: z.boolean().default(false).meta({
    description: 'Also where the resource has changed since; only what the remediation set is set back.',
  }),
});
