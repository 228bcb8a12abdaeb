import * as z from 'zod';
import { SORT_FIELDS } from '#features/search/index.ts';
import { repeated } from '#http/listParameters.ts';
import { resourceTypeOf } from './resourceTypes.ts';

/** Longest id that is accepted; Azure's own stay well below. */
const MAX_ID = 4096;

const Tags = z
  .record(z.string().min(1).max(512), z.string().max(256))
  .refine((tags) => Object.keys(tags).length <= 50, 'at most 50 tags')
  .meta({
    description: 'Name to value; at most 50, names to 512 and values to 256 characters (Azure’s limits).',
  });

/** Our own remarks on a resource. */
export const AnnotationsInput = z
  .strictObject({
    owner: z.string().max(256).nullable().optional(),
    criticality: z.enum(['low', 'medium', 'high', 'critical']).nullable().optional(),
    notes: z.string().max(4000).nullable().optional(),
  })
  .meta({
    id: 'Annotations',
    description:
      'Our own remarks; an Azure-owned resource can be changed in nothing else here. null removes one.',
  });
export type AnnotationsInput = z.infer<typeof AnnotationsInput>;

/** Other spellings that clients of Azure are used to. */
const SPELLINGS = {
  resourceType: 'resource_type',
  type: 'resource_type',
  resourceGroup: 'resource_group',
  subscriptionId: 'subscription_id',
} as const;

function respell(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      Object.hasOwn(SPELLINGS, name) ? SPELLINGS[name as keyof typeof SPELLINGS] : name,
      value,
    ]),
  );
}

const ResourceFields = z.strictObject({
  id: z.string().max(MAX_ID).regex(/^\/.+/, 'must begin with /').optional().meta({
    description: 'ARM id. Left out: made from subscription, resource group, type and name.',
  }),
  name: z.string().min(1).max(260),
  resource_type: z
    .string()
    .max(512)
    .transform(resourceTypeOf)
    .pipe(
      z
        .string()
        .regex(
          /^[A-Za-z0-9.-]+(\/[A-Za-z0-9.-]+)+$/,
          'must be like Microsoft.Storage/storageAccounts, or a short name such as storage_account',
        ),
    )
    .meta({ description: 'Full type, or a short name such as `virtual_machine`.' }),
  location: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: '`eastus2` or `East US 2`; left out: `global`.' }),
  resource_group: z.string().min(1).max(90).optional(),
  subscription_id: z.guid().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  tags: Tags.optional(),
  sku: z.record(z.string(), z.unknown()).optional(),
  identity: z.record(z.string(), z.unknown()).optional(),
  kind: z.string().max(256).optional(),
  annotations: AnnotationsInput.optional(),
});

/** What `POST /resources` takes: the guide's AzureResource, `id` and scope optional. */
export const ResourceInput = z.preprocess(respell, ResourceFields).meta({ id: 'ResourceInput' });
export type ResourceInput = z.infer<typeof ResourceInput>;

/** What `PUT /resources/{id}` takes: any of the fields; what is left out stays. */
export const ResourceUpdate = z.preprocess(respell, ResourceFields.partial()).meta({ id: 'ResourceUpdate' });
export type ResourceUpdate = z.infer<typeof ResourceUpdate>;

const Stale = z.object({ since: z.iso.datetime(), reason: z.string() });

/** The guide's AzureResource, with what we know beside it. */
export const Resource = z
  .object({
    id: z.string(),
    short_id: z.string(),
    name: z.string(),
    resource_type: z.string(),
    location: z.string(),
    resource_group: z.string().nullable(),
    subscription_id: z.string().nullable(),
    properties: z.unknown(),
    tags: z.record(z.string(), z.string()),
    sku: z.unknown().optional(),
    identity: z.unknown().optional(),
    kind: z.string().optional(),
    plan: z.unknown().optional(),
    zones: z.unknown().optional(),
    managed_by: z.string().optional(),
    extended_location: z.unknown().optional(),
    source: z.enum(['azure', 'api']),
    annotations: AnnotationsInput,
    version: z.number().int().meta({ description: 'Grows with each change of the resource.' }),
    created_at: z.iso.datetime().meta({ description: 'When we saw it first.' }),
    updated_at: z.iso.datetime(),
    stale: Stale.optional().meta({
      description: 'Present when its scope cannot be read at the moment, and why.',
    }),
  })
  .meta({ id: 'Resource' });
export type Resource = z.infer<typeof Resource>;

/** The guide's SubscriptionInfo, with the scopes that cannot be read at the moment. */
export const SubscriptionInfo = z
  .object({
    subscription_id: z.string(),
    display_name: z.string(),
    state: z.string(),
    tenant_id: z.string(),
    last_synced: z.iso.datetime().nullable(),
    stale_scopes: z
      .record(z.string(), Stale)
      .meta({ description: 'Resource group (`*`: all) to since when and why.' }),
  })
  .meta({ id: 'SubscriptionInfo' });
export type SubscriptionInfo = z.infer<typeof SubscriptionInfo>;

const typeFilter = repeated.pipe(
  z.array(
    z.string().refine((type) => resourceTypeOf(type).includes('/'), {
      error:
        'must be a full type such as Microsoft.Storage/storageAccounts, or a short name (docs/routes.md)',
    }),
  ),
);

/** Filters, order and page of `GET /resources`; a filter given several times means any of its values. */
export const ResourceListQuery = z.strictObject({
  subscriptionId: repeated.pipe(z.array(z.guid())).optional().meta({ description: 'Subscription id.' }),
  resourceType: typeFilter.optional().meta({
    description:
      'Full type or short name (`virtual_machine`, `storage_account` …). Resource groups are listed only when asked for (`resource_group`).',
  }),
  location: repeated.optional().meta({ description: 'Location, `eastus2` or `East US 2`.' }),
  resourceGroup: repeated.optional().meta({ description: 'Resource group name.' }),
  source: repeated
    .pipe(z.array(z.enum(['azure', 'api'])))
    .optional()
    .meta({ description: '`azure` or `api`.' }),
  tag: repeated
    .optional()
    .meta({ description: '`name` or `name=value`; given several times, all must match.' }),
  text: z.string().max(256).optional().meta({ description: 'Part of the id or of a tag value.' }),
  at: z.iso.datetime({ offset: true }).optional().meta({
    description: 'The estate as of then, as far back as the history is kept (`HISTORY_RETENTION_DAYS`).',
  }),
  fields: z
    .string()
    .regex(/^[a-z_]+(,[a-z_]+)*$/, 'must be field names with commas between')
    .optional()
    .meta({ description: 'Only these fields of each resource, as in `id,name,tags`.' }),
  sort: z
    .string()
    .regex(
      new RegExp(`^-?(${SORT_FIELDS.join('|')})$`),
      `must be one of ${SORT_FIELDS.join(', ')}, with - in front for descending`,
    )
    .default('id')
    .meta({ description: `One of ${SORT_FIELDS.join(', ')}; \`-\` in front for descending.` }),
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  cursor: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: '`nextCursor` of the answer before; wins over `page`.' }),
});
export type ResourceListQuery = z.infer<typeof ResourceListQuery>;

/** Options of `GET /resources/{id}`. */
export const ResourceQueryInput = ResourceListQuery.pick({ at: true, fields: true });
export type ResourceQueryInput = z.infer<typeof ResourceQueryInput>;

/** Filters of the export; the same as the list's. */
export const ExportQuery = ResourceListQuery.omit({
  page: true,
  limit: true,
  cursor: true,
  sort: true,
  at: true,
});
export type ExportQuery = z.infer<typeof ExportQuery>;

export const ResourceList = z
  .object({
    data: z
      .array(Resource.partial())
      .meta({ description: 'Whole resources, or the fields that were asked for.' }),
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ResourceList' });

const PatchStep = z.object({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string(),
  value: z.unknown().optional(),
});

const activityId = z
  .string()
  .optional()
  .meta({ description: 'Entry of the activity log that names the actor, where only that did.' });

/** One change of a resource. */
export const HistoryEntry = z
  .object({
    kind: z.enum(['created', 'updated', 'deleted']),
    at: z.iso.datetime(),
    source: z.enum(['sync', 'event', 'feed', 'api']).meta({ description: 'What told us of it.' }),
    actor: z.string().nullable(),
    correlation_id: z.string().nullable(),
    activity_id: activityId,
    version: z.number().int().optional(),
    patch: z
      .array(PatchStep)
      .meta({ description: 'JSON Patch (RFC 6902) from the document before to the one after.' }),
    inverse: z.array(PatchStep).meta({ description: 'JSON Patch back to the document before: what it was.' }),
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** Filters of `GET /changes`. */
export const ChangesQuery = z.strictObject({
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  subscriptionId: repeated.pipe(z.array(z.guid())).optional(),
  resourceType: typeFilter.optional(),
  kind: repeated.pipe(z.array(z.enum(['created', 'updated', 'deleted']))).optional(),
  actor: z.string().max(256).optional().meta({ description: 'Part of the actor’s name.' }),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(20_000).optional(),
});
export type ChangesQuery = z.infer<typeof ChangesQuery>;

/** One change of the whole estate's. */
export const EstateChange = z
  .object({
    event_id: z.string().meta({ description: 'Id of the event that told of it.' }),
    kind: z.enum(['created', 'updated', 'deleted']),
    at: z.iso.datetime(),
    resource_id: z.string(),
    short_id: z.string(),
    resource_type: z.string(),
    subscription_id: z.string().nullable(),
    changed_paths: z.array(z.string()),
    source: z.enum(['sync', 'event', 'feed', 'api']),
    actor: z.string().nullable(),
    correlation_id: z.string().nullable(),
    activity_id: activityId,
  })
  .meta({ id: 'EstateChange' });
export type EstateChange = z.infer<typeof EstateChange>;

/** Most items of one batch. */
export const MAX_BATCH = 1000;

/** Items are checked one by one, so that a bad one does not spoil the others. */
export const BatchInput = z
  .strictObject({ resources: z.array(z.unknown()).min(1).max(MAX_BATCH) })
  .meta({ id: 'BatchInput' });

export const BatchResult = z
  .object({
    succeeded: z.number().int(),
    failed: z.number().int(),
    data: z.array(
      z.object({
        index: z.number().int(),
        status: z.number().int().meta({ description: 'HTTP status that this item alone would have had.' }),
        id: z.string().optional(),
        short_id: z.string().optional(),
        error: z
          .object({
            detail: z.string(),
            errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
          })
          .optional(),
      }),
    ),
  })
  .meta({ id: 'BatchResult' });
export type BatchResult = z.infer<typeof BatchResult>;
