import * as z from 'zod';

/** Message on the `sync` queue. */
export const SyncMessage = z.object({ tenantId: z.string(), jobId: z.string(), subscriptionId: z.string() });
export type SyncMessage = z.infer<typeof SyncMessage>;

/** Message on the `refresh` queue. */
export const RefreshMessage = z.object({
  tenantId: z.string(),
  resourceId: z.string(),
  by: z.enum(['event', 'feed']).optional(),
  /** When it changed in Azure, ISO 8601. */
  at: z.string().optional(),
  actor: z.string().optional(),
  correlationId: z.string().optional(),
});
export type RefreshMessage = z.infer<typeof RefreshMessage>;

const Claims = z.record(z.string(), z.unknown()).optional().catch(undefined);

const ResourceManagerData = z.object({
  resourceUri: z.string().optional(),
  operationName: z.string().optional(),
  correlationId: z.string().optional(),
  claims: Claims,
});

/** Event Grid schema. Only what is used is asked for (Azure Event Grid, "Azure subscription as source"). */
const EventGridEvent = z
  .object({
    id: z.string(),
    eventType: z.string(),
    subject: z.string(),
    eventTime: z.string().optional(),
    data: ResourceManagerData,
  })
  .transform(({ eventType, eventTime, ...event }) => ({ ...event, type: eventType, time: eventTime }));

/** CloudEvents 1.0 schema of the same events. */
const CloudEventsEvent = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string().optional(),
  data: ResourceManagerData,
});

/** A resource event, whichever schema the subscription delivers. */
export const ResourceManagerEvent = z.union([EventGridEvent, CloudEventsEvent]);
export type ResourceManagerEvent = z.infer<typeof ResourceManagerEvent>;

/** Answer of `POST /sync` and `GET /sync/{id}`. */
export const SyncJob = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'succeeded', 'partial', 'failed']).meta({
      description: '`partial`: it ended, and some scopes could not be read; they are in `failed_scopes`.',
    }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    joined: z
      .boolean()
      .optional()
      .meta({ description: 'True where a sync was under way already and this is it.' }),
    pages: z.number().int(),
    resources: z.number().int(),
    changed: z.number().int(),
    deleted: z.number().int(),
    subscriptions: z.array(
      z.object({
        subscription_id: z.string(),
        state: z.enum(['queued', 'running', 'succeeded', 'failed']),
        pages: z.number().int(),
        resources: z.number().int(),
        changed: z.number().int(),
        deleted: z.number().int(),
      }),
    ),
    failed_scopes: z.array(z.object({ subscription_id: z.string(), scope: z.string(), reason: z.string() })),
  })
  .meta({ id: 'SyncJob' });
export type SyncJob = z.infer<typeof SyncJob>;
