import * as z from 'zod';
import { SourceGap } from '#features/connectors/index.ts';
import { listParameters, nextCursor, resourceId } from '#http/listParameters.ts';
import { period, words } from '../schema.ts';

/** Filters of `GET /activity`; texts are compared without regard to case. */
export const ActivityQuery = z.strictObject({
  ...listParameters,
  ...period,
  resourceId,
  caller: z.string().max(256).optional().meta({ description: 'Part of the caller’s or actor’s name.' }),
  operation: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'Operation, or its beginning: `Microsoft.Compute/` …' }),
  category: words.meta({ description: '`Administrative`, `Policy`, `ServiceHealth` … one or several.' }),
  status: words.meta({ description: '`Started`, `Succeeded`, `Failed` … one or several.' }),
  correlationId: z.string().max(128).optional(),
});
export type ActivityQuery = z.infer<typeof ActivityQuery>;

/** One entry of the activity log. */
export const Activity = z
  .object({
    id: z.string().meta({ description: 'Azure’s eventDataId.' }),
    at: z.iso.datetime(),
    submitted_at: z.string().nullable().meta({ description: 'When Azure made it available.' }),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'User principal name, or application id: as the history names it.' }),
    caller: z.string().nullable().meta({ description: 'As Azure names it.' }),
    operation: z.string(),
    operation_name: z.string().nullable(),
    category: z.string(),
    status: z.string(),
    sub_status: z.string().nullable(),
    level: z.string().nullable(),
    resource_id: z.string().nullable(),
    subscription_id: z.string(),
    correlation_id: z.string().nullable(),
    description: z.string().nullable(),
    client_ip: z.string().nullable(),
    method: z.string().nullable(),
  })
  .meta({ id: 'Activity' });
export type Activity = z.infer<typeof Activity>;

export const ActivityList = z
  .object({ data: z.array(Activity), nextCursor, gaps: z.array(SourceGap) })
  .meta({ id: 'ActivityList' });
export type ActivityList = z.infer<typeof ActivityList>;
