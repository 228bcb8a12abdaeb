import * as z from 'zod';
import { resourceTypeOf } from '#features/inventory/index.ts';
import type { JsonObject, PolicyOverride, ResourceSelector } from '#features/policy/index.ts';
import { repeated } from '#http/listParameters.ts';
import { STATES } from './evaluation/outcomes.ts';

const Severity = z.enum(['critical', 'high', 'medium', 'low']);
const Frameworks = z
  .record(z.string(), z.array(z.string()))
  .meta({ description: 'Control ids by framework.' });

const PairFilter = {
  policyId: repeated.optional().meta({ description: 'Policy by short or ARM id; an initiative by ARM id.' }),
  assignmentId: repeated.optional().meta({ description: 'Assignment by short or ARM id.' }),
  framework: repeated.optional().meta({ description: 'Framework, or `framework=control`.' }),
  severity: repeated
    .pipe(z.array(Severity))
    .optional()
    .meta({ description: '`critical`, `high`, `medium` or `low`.' }),
};

const ResourceFilter = {
  subscriptionId: repeated.pipe(z.array(z.guid())).optional(),
  resourceGroup: repeated.optional(),
};

/** Filters of the findings; a filter given several times means any of its values. */
const FindingsFilter = z.strictObject({
  ...PairFilter,
  ...ResourceFilter,
  resourceType: repeated
    .pipe(
      z.array(
        z.string().refine((type) => resourceTypeOf(type).includes('/'), {
          error:
            'must be a full type such as Microsoft.Storage/storageAccounts, or a short name (docs/routes.md)',
        }),
      ),
    )
    .optional(),
  state: repeated
    .pipe(z.array(z.enum(STATES).exclude(['compliant'])))
    .optional()
    .meta({ description: '`nonCompliant` (left out: this), `exempt`, `error` or `needsData`.' }),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'Only what has been in its state since then or later.' }),
});

export const FindingsQuery = FindingsFilter.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(20_000).optional().meta({ description: '`nextCursor` of the answer before.' }),
});
export type FindingsQuery = z.infer<typeof FindingsQuery>;

export const ExportQuery = FindingsFilter.extend({
  format: z.enum(['csv', 'sarif', 'ocsf']).meta({
    description: '`csv` (RFC 4180), `sarif` (2.1.0) or `ocsf` (Compliance Finding, a JSON text a line).',
  }),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

/** A pair of resource and assigned policy that is not simply compliant. */
export const Finding = z
  .object({
    id: z.string().meta({ description: 'The same for as long as policy and resource are.' }),
    resource_id: z.string(),
    resource_name: z.string(),
    resource_type: z.string(),
    subscription_id: z.string().nullable(),
    resource_group: z.string().nullable(),
    state: z.enum(STATES),
    severity: Severity,
    since: z.iso.datetime(),
    policy_id: z.string(),
    policy_name: z.string(),
    policy_definition_id: z.string(),
    assignment_id: z.string(),
    assignment_name: z.string(),
    initiative_id: z.string().optional(),
    reference_id: z.string().optional(),
    frameworks: Frameworks,
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;

export const FindingList = z
  .object({ data: z.array(Finding), total: z.number().int(), nextCursor: z.string().nullable() })
  .meta({ id: 'FindingList' });

const counts = {
  total: z.number().int(),
  non_compliant: z.number().int(),
  compliant: z.number().int(),
  exempt: z.number().int(),
  error: z.number().int(),
  needs_data: z.number().int(),
  compliance_percentage: z.number().nullable().meta({
    description: '(compliant + exempt + needs_data) / total, as Azure counts; null where total is 0.',
  }),
};
const StateCounts = z.object(counts).meta({ id: 'StateCounts' });
export type StateCounts = z.infer<typeof StateCounts>;

export const SummaryQuery = z.strictObject({
  ...PairFilter,
  ...ResourceFilter,
  managementGroup: repeated.optional().meta({ description: 'Name of a management group.' }),
});
export type SummaryQuery = z.infer<typeof SummaryQuery>;

/** Counts of a scope. */
export const ComplianceSummary = z
  .object({
    resources: StateCounts.nullable().meta({
      description: 'Resources by their worst state; null where only some policies are asked for.',
    }),
    evaluations: StateCounts.meta({ description: 'Pairs of resource and assigned policy.' }),
    by_severity: z.array(z.object({ severity: Severity, ...counts })),
    by_framework: z.array(
      z.object({
        framework: z.string(),
        ...counts,
        controls: z.array(z.object({ control: z.string(), ...counts })),
      }),
    ),
    by_assignment: z
      .array(z.object({ assignment_id: z.string(), assignment_name: z.string(), ...counts }))
      .meta({ description: 'Resources by their worst state in the assignment.' }),
    by_policy: z.array(
      z.object({ policy_id: z.string(), policy_name: z.string(), severity: Severity, ...counts }),
    ),
  })
  .meta({ id: 'ComplianceSummary' });
export type ComplianceSummary = z.infer<typeof ComplianceSummary>;

const AnyState = z.enum([...STATES, 'notApplicable']);

/** What one assigned policy says of a resource, and why. */
export const PairCompliance = z
  .object({
    policy_id: z.string(),
    policy_name: z.string(),
    policy_definition_id: z.string(),
    assignment_id: z.string().nullable(),
    assignment_name: z.string().nullable(),
    initiative_id: z.string().optional(),
    reference_id: z.string().optional(),
    severity: Severity,
    frameworks: Frameworks,
    state: AnyState,
    effect: z.string().nullable(),
    enforcement_mode: z.enum(['Default', 'DoNotEnforce']).nullable(),
    since: z.iso.datetime().nullable(),
    reason: z.string().meta({ description: 'One sentence.' }),
    message: z.string().optional().meta({ description: 'The assignment’s own words for a violation.' }),
    expression: z.string().optional().meta({ description: 'Of an error: what failed.' }),
    missing: z.array(z.string()).optional().meta({ description: 'Of needsData: what is missing.' }),
    exemption_id: z.string().nullable().optional(),
    trace: z
      .unknown()
      .meta({ description: 'Each condition with path, operator, expected and actual value.' }),
    related: z.unknown().meta({ description: 'For …IfNotExists: what was looked for and found.' }),
    changes: z
      .array(z.unknown())
      .nullable()
      .meta({ description: 'The smallest set of changes found that makes it comply.' }),
    effect_preview: z.unknown().meta({ description: 'What the effect would do.' }),
    remediation: z.unknown().meta({ description: 'Text, and snippets for az, Bicep and Terraform.' }),
    next: z.string().optional().meta({ description: 'Of a violation: what to do now.' }),
  })
  .meta({ id: 'PairCompliance' });
export type PairCompliance = z.infer<typeof PairCompliance>;

export const ResourceComplianceQuery = z.strictObject({
  all: z
    .stringbool()
    .default(false)
    .meta({ description: 'Also the policies that do not apply, with the reason.' }),
});

export const ResourceCompliance = z
  .object({
    resource_id: z.string(),
    resource_type: z.string(),
    state: AnyState.meta({ description: 'The worst.' }),
    evaluated_at: z.iso.datetime(),
    stored_at: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When the stored outcomes were written last.' }),
    data: z.array(PairCompliance),
    total: z.number().int(),
  })
  .meta({ id: 'ResourceCompliance' });
export type ResourceCompliance = z.infer<typeof ResourceCompliance>;

export const JobView = z
  .object({
    id: z.string(),
    kind: z.string(),
    state: z.enum(['running', 'succeeded', 'partial', 'failed']),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    progress: z.object({ done: z.number().int(), total: z.number().int() }).meta({ description: 'Parts.' }),
    counts: z.record(z.string(), z.number()),
    parts: z.array(
      z.object({
        part: z.string(),
        state: z.enum(['queued', 'running', 'succeeded', 'failed']),
        counts: z.record(z.string(), z.number()),
        problems: z.array(z.object({ scope: z.string(), reason: z.string() })),
      }),
    ),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof JobView>;

const ids = (max: number) => z.array(z.string().min(1).max(4096)).min(1).max(max);
/** Resources that one request evaluates at once. */
const MAX_RESOURCES = 1000;

export const EvaluateInput = z
  .strictObject({
    async: z.boolean().default(false).meta({ description: 'Answer 202 with a job at once.' }),
    resourceIds: ids(MAX_RESOURCES)
      .optional()
      .meta({ description: 'ARM ids or short ids; left out: everything that the policy judges, as a job.' }),
  })
  .meta({ id: 'EvaluateInput' });
export type EvaluateInput = z.infer<typeof EvaluateInput>;

export const BatchEvaluateInput = z
  .strictObject({
    policyIds: ids(50),
    resourceIds: ids(MAX_RESOURCES).optional().meta({ description: 'Left out: everything, as jobs.' }),
  })
  .meta({ id: 'BatchEvaluateInput' });
export type BatchEvaluateInput = z.infer<typeof BatchEvaluateInput>;

/** What was asked for, judged now. */
export const EvaluationResult = z
  .object({
    counts: z.record(z.string(), z.number().int()).meta({ description: 'By state.' }),
    data: z.array(
      z.object({
        resource_id: z.string(),
        policy_id: z.string(),
        policy_name: z.string(),
        assignment_id: z.string().nullable().meta({
          description:
            'null: the policy is not assigned there; judged with its default parameters, not kept.',
        }),
        reference_id: z.string().optional(),
        state: AnyState,
        effect: z.string().nullable(),
        severity: Severity,
        reason: z.string(),
        changes: z.array(z.unknown()).nullable(),
      }),
    ),
    total: z.number().int(),
  })
  .meta({ id: 'EvaluationResult' });
export type EvaluationResult = z.infer<typeof EvaluationResult>;

const OpenObject = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);

export const WhatIfInput = z
  .strictObject({
    policyId: z.string().max(4096).optional().meta({
      description: 'A policy that exists: the draft takes its place, or it is what the draft assigns.',
    }),
    definition: OpenObject.optional().meta({ description: 'Draft definition in Azure Policy’s format.' }),
    initiative: OpenObject.optional().meta({ description: 'Draft initiative in Azure Policy’s format.' }),
    assignment: z
      .strictObject({
        id: z
          .string()
          .max(4096)
          .optional()
          .meta({ description: 'ARM id of the assignment that it takes the place of.' }),
        scope: z.string().max(4096).optional().meta({ description: 'Left out: the whole tenant.' }),
        notScopes: z.array(z.string()).optional(),
        parameters: z.record(z.string(), z.unknown()).optional().meta({ description: 'Values by name.' }),
        enforcementMode: z.enum(['Default', 'DoNotEnforce']).optional(),
        overrides: z.array(z.looseObject({ kind: z.string(), value: z.string() })).optional(),
        resourceSelectors: z.array(z.looseObject({ selectors: z.array(z.unknown()) })).optional(),
        displayName: z.string().max(128).optional(),
      })
      .optional(),
    resource: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'A resource document that does not exist yet: what would happen to it.' }),
    scope: z.string().max(4096).optional().meta({
      description: 'Where the resource would be, if it has no id: a resource group or subscription.',
    }),
  })
  .refine((input) => !(input.definition && input.initiative), 'give a definition or an initiative, not both')
  .refine(
    (input) => input.definition ?? input.initiative ?? input.assignment ?? input.policyId ?? input.resource,
    'give a definition, an initiative, an assignment, a policyId or a resource',
  )
  .refine(
    (input) => !input.assignment || input.definition || input.initiative || input.policyId !== undefined,
    {
      path: ['assignment'],
      error: 'needs what it assigns: definition, initiative or policyId',
    },
  )
  .refine(
    ({ resource, scope }) =>
      !resource || typeof resource.id === 'string' || (scope && resource.type && resource.name),
    {
      path: ['resource'],
      error: 'needs an id, or type, name and scope',
    },
  )
  .meta({ id: 'WhatIfInput' });
type WhatIfParsed = z.infer<typeof WhatIfInput>;
export type WhatIfInput = Omit<WhatIfParsed, 'assignment'> & {
  readonly assignment?:
    | (Omit<NonNullable<WhatIfParsed['assignment']>, 'overrides' | 'resourceSelectors'> & {
        readonly overrides?: readonly PolicyOverride[] | undefined;
        readonly resourceSelectors?: readonly ResourceSelector[] | undefined;
      })
    | undefined;
};

const Side = z.object({
  count: z.number().int(),
  examples: z.array(
    z.object({
      resource_id: z.string(),
      before: AnyState.nullable(),
      after: AnyState.nullable(),
      reason: z.string(),
    }),
  ),
});

/** What a draft would change. */
const DraftResult = z.object({
  complete: z
    .boolean()
    .meta({ description: 'False: the time was up before all that it reaches was looked at.' }),
  reached: z.number().int().meta({ description: 'Resources of the types that it judges.' }),
  evaluated: z.number().int(),
  before: StateCounts,
  after: StateCounts,
  newly_failing: Side,
  newly_passing: Side,
});
export type WhatIfResult = z.infer<typeof DraftResult>;

const DocumentResult = z.object({
  resource_id: z.string(),
  allowed: z.boolean().meta({ description: 'False where an assigned policy would deny it.' }),
  denied_by: z.array(z.string()).meta({ description: 'Names of the policies.' }),
  data: z.array(PairCompliance),
});

/** Counts of a draft, the judgement of a document, or both. */
export const WhatIfAnswer = z
  .object({ draft: DraftResult.nullable(), resource: DocumentResult.nullable() })
  .meta({ id: 'WhatIfResult' });
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;
