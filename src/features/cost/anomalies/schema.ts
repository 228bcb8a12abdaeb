import * as z from 'zod';
import { gaps } from '#features/connectors/index.ts';
import { listParameters, several } from '#http/listParameters.ts';
import { day, nextCursor } from '../schema.ts';
import { SERIES, STATUSES } from './record.ts';

const status = z.enum(STATUSES);

/** Filters of `GET /costs/anomalies`. */
export const AnomaliesQuery = z.strictObject({
  status: several.pipe(z.array(status)).optional().meta({ description: 'One or several.' }),
  series: several
    .pipe(z.array(z.enum(SERIES)))
    .optional()
    .meta({ description: 'One or several.' }),
  direction: z.enum(['above', 'below']).optional(),
  from: day.optional().meta({ description: 'Began on this day or later.' }),
  to: day.optional().meta({ description: 'Began on this day or before.' }),
  ...listParameters,
});
export type AnomaliesQuery = z.infer<typeof AnomaliesQuery>;

export const CostAnomaly = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    series: z.enum(SERIES),
    group: z.string().meta({ description: 'The subscription, resource group or resource type.' }),
    currency: z.string(),
    day: z.string().meta({ description: 'The first.' }),
    days: z.number().int(),
    kind: z.enum(['spike', 'level_shift']),
    direction: z.enum(['above', 'below']),
    actual: z.number().meta({ description: 'Of all its days together.' }),
    expected: z.number(),
    lower: z.number().meta({ description: 'Between `lower` and `upper` it would have passed.' }),
    upper: z.number(),
    score: z
      .number()
      .meta({ description: 'Distance from what was expected, in robust standard deviations.' }),
    reason: z.string(),
    contributors: z
      .array(z.object({ resource_id: z.string(), cost: z.number(), usual: z.number() }))
      .meta({ description: 'Resources that differ most from what is usual for them: at most five.' }),
    found_at: z.string(),
    status,
    comment: z.string().nullable(),
    updated_by: z.string().nullable(),
    updated_at: z.string().nullable(),
  })
  .meta({ id: 'CostAnomaly' });
export type CostAnomaly = z.infer<typeof CostAnomaly>;

export const AnomalyList = z
  .object({ data: z.array(CostAnomaly), nextCursor, gaps })
  .meta({ id: 'CostAnomalyList' });
export type AnomalyList = z.infer<typeof AnomalyList>;

/** Body of `PATCH /costs/anomalies/{id}`. */
export const AnomalyUpdate = z
  .strictObject({ status, comment: z.string().trim().min(1).max(2000).optional() })
  .refine(({ status: given, comment }) => given !== 'explained' || comment !== undefined, {
    path: ['comment'],
    message: 'explained needs a comment that says why',
  })
  .meta({ id: 'CostAnomalyUpdate' });
export type AnomalyUpdate = z.infer<typeof AnomalyUpdate>;
