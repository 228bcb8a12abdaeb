import * as z from 'zod';

const Payload = (type: string, data: z.ZodType) =>
  z.object({
    event_id: z.string(),
    event_type: type === 'Custom' ? z.string() : z.literal(type),
    timestamp: z.iso.datetime({ offset: true }),
    tenant_id: z.string(),
    data,
    metadata: z.record(z.string(), z.string()),
  });

const Resource = z.object({
  resource_id: z.string(),
  short_id: z.string(),
  resource_type: z.string(),
  resource_group: z.string().nullable(),
  subscription_id: z.string().nullable(),
  location: z.string(),
  tags: z.record(z.string(), z.string()),
  actor: z.string().nullable(),
});
const Compliance = z.looseObject({
  resource_id: z.string(),
  subscription_id: z.string().nullable(),
  resource_type: z.string(),
  resource_group: z.string().nullable(),
  policy_id: z.string(),
  policy_definition_id: z.string(),
  policy_name: z.string(),
  assignment_id: z.string(),
  initiative_id: z.string().optional(),
  reference_id: z.string().optional(),
  outcome: z
    .string()
    .meta({ description: 'nonCompliant, compliant, exempt, error, needsData, notApplicable' }),
  previous_outcome: z.string().nullable(),
  severity: z.string(),
  reason: z.string(),
  frameworks: z.record(z.string(), z.array(z.string())),
  evaluated_at: z.iso.datetime({ offset: true }),
});
const resource = {
  resource_id:
    '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st',
  short_id: 'res_4f8a',
  resource_type: 'Microsoft.Storage/storageAccounts',
  resource_group: 'rg',
  subscription_id: '22222222-2222-4222-8222-222222222222',
  location: 'westeurope',
  tags: { environment: 'prod' },
  actor: 'alice@contoso.com',
};
const { resource_id, subscription_id, resource_type, resource_group } = resource;
const compliance = {
  ...{ resource_id, subscription_id, resource_type, resource_group },
  policy_id: 'pol_1',
  policy_definition_id:
    '/providers/Microsoft.Authorization/policyDefinitions/404c3081-a854-4457-ae30-26a93ef643f9',
  policy_name: 'Secure transfer to storage accounts should be enabled',
  assignment_id: `/subscriptions/${subscription_id}/providers/Microsoft.Authorization/policyAssignments/baseline`,
  outcome: 'nonCompliant',
  previous_outcome: 'compliant',
  severity: 'high',
  reason: 'supportsHttpsTrafficOnly is false',
  frameworks: { 'CIS Azure 2.0': ['3.1'] },
  evaluated_at: '2026-01-01T00:00:00.000Z',
};

const PolicyChange = z.object({
  change: z.enum(['created', 'updated', 'deleted']),
  id: z.string().meta({ description: 'Short id.' }),
  arm_id: z.string(),
  scope: z.string().optional().meta({ description: 'Of an assignment or exemption.' }),
  assignment_id: z.string().optional().meta({ description: 'Of the assignment that an exemption is about.' }),
  revision: z.string().meta({ description: 'A snapshot with no less than this has the change.' }),
});
const policyChange = {
  change: 'updated',
  id: 'pol_1',
  arm_id: compliance.policy_definition_id,
  revision: '00000000000000000042',
};
const GroundChange = PolicyChange.pick({ revision: true });
const groundChange = { revision: policyChange.revision };
const assignmentChange = {
  ...policyChange,
  id: 'asg_1',
  arm_id: compliance.assignment_id,
  scope: `/subscriptions/${subscription_id}`,
};

type Entry = { readonly description: string; readonly data: z.ZodType; readonly example: object };

/** Every event type that a webhook can ask for, with the shape of its data. */
const TYPES: Readonly<Record<string, Entry>> = {
  ResourceCreated: { description: 'A resource came into the estate.', data: Resource, example: resource },
  ResourceUpdated: {
    description: 'A resource changed; `changed_paths` are JSON Pointers into it.',
    data: Resource.extend({ changed_paths: z.array(z.string()) }),
    example: { ...resource, changed_paths: ['/tags/environment'] },
  },
  ResourceDeleted: { description: 'A resource is gone.', data: Resource, example: resource },
  PolicyEvaluated: {
    description: 'What a policy says of a resource became another.',
    data: Compliance,
    example: compliance,
  },
  ComplianceViolated: {
    description: 'A resource no longer meets a policy.',
    data: Compliance,
    example: compliance,
  },
  ComplianceResolved: {
    description: 'A resource meets a policy again, or the policy no longer judges it.',
    data: Compliance,
    example: {
      ...compliance,
      outcome: 'compliant',
      previous_outcome: 'nonCompliant',
      reason: 'all conditions are met',
    },
  },
  PolicyDefinitionChanged: {
    description: 'A policy definition was created, changed or deleted, here or in Azure.',
    data: PolicyChange,
    example: policyChange,
  },
  PolicyInitiativeChanged: {
    description: 'The same of an initiative.',
    data: PolicyChange,
    example: {
      ...policyChange,
      id: 'ini_1',
      arm_id: '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8',
    },
  },
  PolicyAssignmentChanged: {
    description: 'The same of an assignment: what is judged has changed.',
    data: PolicyChange,
    example: assignmentChange,
  },
  PolicyExemptionChanged: {
    description: 'The same of an exemption.',
    data: PolicyChange,
    example: {
      ...assignmentChange,
      change: 'created',
      id: 'exm_1',
      arm_id: `/subscriptions/${subscription_id}/providers/Microsoft.Authorization/policyExemptions/migration`,
      assignment_id: compliance.assignment_id,
    },
  },
  PolicyAliasesRefreshed: {
    description: 'Azure’s aliases of policy are others: what names one is judged again.',
    data: GroundChange,
    example: groundChange,
  },
  ManagementGroupsChanged: {
    description: 'The hierarchy of management groups is another, and with it what assignments reach.',
    data: GroundChange,
    example: groundChange,
  },
  ActionExecuted: {
    description: 'An action was carried out, or failed.',
    data: z.looseObject({
      action_id: z.string(),
      action: z.string(),
      status: z.string(),
      resource_id: z.string().optional(),
      subscription_id: z.string().nullable().optional(),
    }),
    example: { action_id: 'dep_1', action: 'deployment', status: 'succeeded', resource_id, subscription_id },
  },
  AlertTriggered: {
    description:
      'A security alert of Defender for Cloud (`alert_type` `defender.…`), a resource that became unavailable (`resource_health.unavailable`), a service issue of Azure (`service_health.issue`), a budget that crossed a threshold (`cost.budget`), costs that the past does not let expect (`cost.anomaly`), or something else that needs an operator: a webhook whose deliveries die or that was disabled.',
    data: z.looseObject({
      alert_type: z.string(),
      severity: z.string(),
      message: z.string(),
      resource_id: z.string().nullable().optional(),
      subscription_id: z.string().nullable().optional(),
      alert_id: z.string().optional().meta({ description: 'For `GET /security/alerts`.' }),
      azure_id: z.string().optional(),
      status: z.string().optional(),
      started_at: z.iso.datetime({ offset: true }).nullable().optional(),
      reason: z.string().nullable().optional().meta({ description: 'Of Resource Health: `Unplanned` …' }),
      tracking_id: z.string().nullable().optional().meta({ description: 'Of Service Health.' }),
      budget: z.string().optional(),
      threshold_percent: z.number().optional(),
      threshold_type: z.string().optional().meta({ description: '`Actual` or `Forecasted`.' }),
      amount: z.number().nullable().optional(),
      spent: z.number().nullable().optional(),
      forecast: z.number().nullable().optional(),
      currency: z.string().nullable().optional(),
      period_start: z.string().nullable().optional(),
      anomaly_id: z.string().optional().meta({ description: 'For `PATCH /costs/anomalies/{id}`.' }),
      series: z.string().optional().meta({ description: '`subscription`, `resourceGroup`, `resourceType`.' }),
      group: z.string().optional(),
      day: z.string().optional().meta({ description: 'The first of the anomaly.' }),
      days: z.number().optional(),
      direction: z.string().optional().meta({ description: '`above` or `below`.' }),
      kind: z.string().optional().meta({ description: '`spike` or `level_shift`.' }),
      actual: z.number().optional(),
      expected: z.number().optional(),
      webhook_id: z.string().optional(),
      delivery_id: z.string().optional(),
    }),
    example: { alert_type: 'webhook.disabled', severity: 'high', message: 'webhook "siem": gone' },
  },
  Custom: {
    description: 'An event of your own name: ask for it as `Custom(name)`, `name` or {"Custom": "name"}.',
    data: z.record(z.string(), z.unknown()),
    example: { deployment: 'blue' },
  },
};

/** The catalogue with JSON Schema (2020-12) and an example of the whole payload. */
export function listEventTypes() {
  const data = Object.entries(TYPES).map(([name, { description, data: shape, example }]) => ({
    name,
    description,
    schema: z.toJSONSchema(Payload(name, shape)) as Record<string, unknown>,
    example: {
      event_id: '9b2f6f0e-6a3b-8c1d-9e4f-0a1b2c3d4e5f',
      event_type: name === 'Custom' ? 'deploy.finished' : name,
      timestamp: '2026-01-01T00:00:00.000Z',
      tenant_id: '11111111-1111-4111-8111-111111111111',
      data: example,
      metadata: { source: '/tenants/11111111-1111-4111-8111-111111111111/inventory' },
    },
  }));
  return { data, total: data.length };
}
