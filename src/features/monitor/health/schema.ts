import * as z from 'zod';
import { SourceGap } from '#features/connectors/index.ts';
import { listParameters, nextCursor, resourceId } from '#http/listParameters.ts';
import { period, words } from '../schema.ts';

const text = z.string().nullable();

/** Filters of `GET /resource-health`. */
export const ResourceHealthQuery = z.strictObject({
  ...listParameters,
  resourceId,
  state: words.meta({ description: '`Unavailable`, `Degraded`, `Unknown`, `Available`; one or several.' }),
  reason: words.meta({ description: '`Unplanned`, `Planned`, `UserInitiated`; one or several.' }),
});
export type ResourceHealthQuery = z.infer<typeof ResourceHealthQuery>;

/** How a resource is. */
export const ResourceHealthState = z
  .object({
    resource_id: z.string(),
    subscription_id: z.string(),
    state: z.string(),
    since: text,
    title: text,
    summary: text,
    details: text,
    reason: text,
    chronicity: text.meta({ description: '`Transient` or `Persistent`.' }),
    category: text,
    context: text,
    expected_resolution: text,
    recommended_actions: z.array(z.string()),
  })
  .meta({ id: 'ResourceHealthState' });
export type ResourceHealthState = z.infer<typeof ResourceHealthState>;

export const ResourceHealthList = z
  .object({ data: z.array(ResourceHealthState), nextCursor, gaps: z.array(SourceGap) })
  .meta({ id: 'ResourceHealthList' });
export type ResourceHealthList = z.infer<typeof ResourceHealthList>;

/** Filters of `GET /resource-health/transitions`. */
export const TransitionsQuery = z.strictObject({
  ...listParameters,
  ...period,
  resourceId,
  state: words.meta({ description: 'State that was come to.' }),
});
export type TransitionsQuery = z.infer<typeof TransitionsQuery>;

export const HealthTransition = z
  .object({
    resource_id: z.string(),
    subscription_id: z.string(),
    from: text.meta({ description: 'Null: nothing was known before.' }),
    to: z.string(),
    at: z.string(),
    reason: text,
    summary: text,
  })
  .meta({ id: 'HealthTransition' });
export type HealthTransition = z.infer<typeof HealthTransition>;

export const TransitionList = z
  .object({ data: z.array(HealthTransition), nextCursor, gaps: z.array(SourceGap) })
  .meta({ id: 'HealthTransitionList' });
export type TransitionList = z.infer<typeof TransitionList>;

/** Filters of `GET /service-health`. */
export const ServiceHealthQuery = z.strictObject({
  ...listParameters,
  type: words.meta({
    description:
      '`ServiceIssue`, `PlannedMaintenance`, `HealthAdvisory`, `SecurityAdvisory`; one or several.',
  }),
  status: words.meta({ description: '`Active`, `Resolved`; one or several.' }),
  region: z.string().max(100).optional().meta({ description: 'Impacted region, as in `West Europe`.' }),
  service: z.string().max(200).optional().meta({ description: 'Part of an impacted service’s name.' }),
});
export type ServiceHealthQuery = z.infer<typeof ServiceHealthQuery>;

/** An event of Service Health, as it touches one subscription. */
export const ServiceHealthEvent = z
  .object({
    tracking_id: z.string(),
    subscription_id: z.string(),
    type: z.string(),
    status: z.string(),
    level: text,
    title: z.string(),
    summary: text,
    started_at: text,
    mitigated_at: text,
    updated_at: text,
    impact: z.array(z.object({ service: z.string(), regions: z.array(z.string()) })),
  })
  .meta({ id: 'ServiceHealthEvent' });
export type ServiceHealthEvent = z.infer<typeof ServiceHealthEvent>;

export const ServiceHealthList = z
  .object({ data: z.array(ServiceHealthEvent), nextCursor, gaps: z.array(SourceGap) })
  .meta({ id: 'ServiceHealthList' });
export type ServiceHealthList = z.infer<typeof ServiceHealthList>;
