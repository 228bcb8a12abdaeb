import * as z from 'zod';

const MAX_DELAY_MS = 86_400_000;

/** One of the event types, a pattern with `*`, or the guide's `{"Custom": "name"}`. */
const EventName = z
  .union([
    z
      .string()
      .regex(/^[\w.*:/()-]{1,128}$/, 'a name of letters, digits and . : / - _, with * for any characters'),
    z.strictObject({ Custom: z.string().regex(/^[\w.*:/-]{1,128}$/) }),
  ])
  .meta({ id: 'WebhookEventName' });
export type EventName = z.infer<typeof EventName>;

const CustomFilter = z.strictObject({
  path: z.string().min(1).max(256).meta({ description: 'JSON Pointer or dotted path into `data`.' }),
  operator: z
    .enum([
      'equals',
      'not_equals',
      'in',
      'not_in',
      'contains',
      'starts_with',
      'ends_with',
      'like',
      'exists',
      'greater',
      'less',
    ])
    .default('equals'),
  value: z.unknown().optional(),
});
export type CustomFilter = {
  readonly path: string;
  readonly operator: z.infer<typeof CustomFilter>['operator'];
  readonly value?: unknown;
};

const Values = z.array(z.string().min(1).max(256)).max(200);
const Filters = z
  .strictObject({
    subscription_ids: Values.optional(),
    resource_types: Values.optional().meta({ description: 'ARM types; `*` stands for any characters.' }),
    severity_levels: Values.optional(),
    custom_filters: z
      .union([z.array(CustomFilter).max(20), z.record(z.string().min(1).max(256), z.unknown())])
      .optional()
      .meta({ description: 'A list, or a map of path to the value it must equal.' }),
  })
  .meta({ id: 'WebhookFilters' });
export type WebhookFilters = {
  readonly subscription_ids?: readonly string[] | undefined;
  readonly resource_types?: readonly string[] | undefined;
  readonly severity_levels?: readonly string[] | undefined;
  readonly custom_filters?: readonly CustomFilter[] | Readonly<Record<string, unknown>> | undefined;
};

const RetryConfig = z
  .strictObject({
    max_retries: z.number().int().min(0).max(20).default(3),
    initial_delay_ms: z.number().int().min(100).max(MAX_DELAY_MS).default(1000),
    max_delay_ms: z.number().int().min(100).max(MAX_DELAY_MS).default(30_000),
    exponential_backoff: z.boolean().default(true),
  })
  .meta({ id: 'WebhookRetryConfig' });

const fields = {
  name: z.string().trim().min(1).max(128),
  url: z.string().min(1).max(2048),
  events: z.array(EventName).min(1).max(50),
  filters: Filters.nullable(),
  retry_config: z
    .union([RetryConfig, z.literal('durable')])
    .meta({ description: '`durable`: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.' }),
  payload: z.enum(['full', 'thin']).meta({ description: '`thin`: of the data only ids.' }),
  ordering: z
    .enum(['none', 'resource'])
    .meta({ description: '`resource`: the next event of a resource waits for the one before.' }),
  max_concurrency: z.number().int().min(1).max(100),
  rate_limit_per_second: z.number().min(0.01).max(10_000).nullable(),
};

export const WebhookInput = z.strictObject({
  name: fields.name,
  url: fields.url,
  events: fields.events,
  filters: fields.filters.default(null),
  retry_config: fields.retry_config.optional(),
  payload: fields.payload.default('full'),
  ordering: fields.ordering.default('none'),
  max_concurrency: fields.max_concurrency.default(4),
  rate_limit_per_second: fields.rate_limit_per_second.default(null),
});
export type WebhookInput = z.infer<typeof WebhookInput>;

export const WebhookUpdate = z
  .strictObject({ ...fields, active: z.boolean() })
  .partial()
  .meta({ description: 'Fields that are left out stay.' });
export type WebhookUpdate = z.infer<typeof WebhookUpdate>;

const Time = z.iso.datetime({ offset: true });

const webhookShape = {
  id: z.string(),
  tenant_id: z.string(),
  ...fields,
  active: z.boolean(),
  disabled_reason: z.string().nullable(),
  /** Since when every attempt has failed. */
  failing_since: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
};
export const Webhook = z.object(webhookShape).meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

const secret = z.string().meta({ description: 'Shown this once.' });
export const CreatedWebhook = z.object({ ...webhookShape, secret });
export const RotatedSecret = z.object({ secret, previous_valid_until: z.string() });
export const WebhookList = z.object({ data: z.array(Webhook), total: z.number().int() });

const STATUSES = ['pending', 'retrying', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryStatus = (typeof STATUSES)[number];

const deliveryShape = {
  id: z.string(),
  webhook_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  status: z.enum(STATUSES),
  attempts: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
  next_attempt_at: z.string().nullable(),
  /** Why it is dead or cancelled. */
  reason: z.string().nullable(),
};
export const Delivery = z.object(deliveryShape).meta({ id: 'WebhookDelivery' });
export type Delivery = z.infer<typeof Delivery>;

const Attempt = z.object({
  attempt: z.number().int(),
  at: z.string(),
  latency_ms: z.number(),
  status: z.number().int().nullable(),
  error_kind: z.string().nullable(),
  error: z.string().nullable(),
  response_headers: z.record(z.string(), z.string()),
  /** The first 4 KB; in base64 where the receiver compressed it. */
  response_body: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;
export const DeliveryDetails = z.object({ ...deliveryShape, payload: z.unknown(), log: z.array(Attempt) });
export const DeliveryPage = z.object({ data: z.array(Delivery), nextCursor: z.string().nullable() });

export const DeliveriesQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  event_type: z.string().min(1).max(128).optional(),
  since: Time.optional().meta({ description: 'Events at or after this time.' }),
  until: Time.optional().meta({ description: 'Events before this time.' }),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(200).optional(),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

export const ReplayInput = z.strictObject({
  since: Time.optional(),
  until: Time.optional(),
  status: z.enum(['dead', 'failed', 'all']).default('failed').meta({
    description: '`failed` (and `dead`): what is dead or cancelled; `all`: also what was delivered.',
  }),
});
export type ReplayInput = z.infer<typeof ReplayInput>;
export const ReplayResult = z.object({ replayed: z.number().int(), remaining: z.boolean() });

export const TestResult = z.object({
  delivered: z.boolean(),
  status: z.number().int().nullable(),
  latency_ms: z.number(),
});
export const Deleted = z.object({ id: z.string(), deleted: z.literal(true) });

export const EventTypeList = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      schema: z.record(z.string(), z.unknown()),
      example: z.record(z.string(), z.unknown()),
    }),
  ),
  total: z.number().int(),
});
