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
const Subject = z.looseObject({ resource_id: z.string(), subscription_id: z.string().nullable() });
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
const { resource_id, subscription_id } = resource;

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
    description: 'A policy was evaluated for a resource.',
    data: Subject.extend({ policy_id: z.string(), outcome: z.string() }),
    example: { resource_id, subscription_id, policy_id: 'pol_1', outcome: 'NonCompliant' },
  },
  ComplianceViolated: {
    description: 'A resource no longer meets a policy.',
    data: Subject.extend({ policy_id: z.string(), severity: z.string() }),
    example: { resource_id, subscription_id, policy_id: 'pol_1', severity: 'high' },
  },
  ComplianceResolved: {
    description: 'A resource meets a policy again.',
    data: Subject.extend({ policy_id: z.string() }),
    example: { resource_id, subscription_id, policy_id: 'pol_1' },
  },
  ActionExecuted: {
    description: 'An action was carried out.',
    data: z.looseObject({ action_id: z.string(), status: z.string() }),
    example: { action_id: 'act_1', status: 'succeeded', resource_id },
  },
  AlertTriggered: {
    description: 'Something needs an operator; also a webhook whose deliveries die or that was disabled.',
    data: z.looseObject({ alert_type: z.string(), severity: z.string(), message: z.string() }),
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
