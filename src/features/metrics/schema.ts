import * as z from 'zod';
import { parseRange } from './time.ts';

export const MetricsQuery = z.strictObject({
  aggregation: z
    .string()
    .regex(
      /^(subscription|resourceGroup|resourceType|location|tag:.{1,128})$/,
      'must be subscription, resourceGroup, resourceType, location, or tag:NAME',
    )
    .default('subscription'),
  timeRange: z
    .string()
    .refine(
      (text) => parseRange(text) !== undefined,
      'must be a number of hours, days or weeks: 24h, 7d, 12w (at most 400d)',
    )
    .default('24h'),
  subscriptionId: z.guid().optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .meta({ description: 'Groups, those with most resources first.' }),
});

const Numbers = z.record(z.string(), z.record(z.string(), z.number()));

/** One shape for every aggregation: groups, each with its latest numbers and how they came about. */
export const UnifiedMetrics = z.object({
  aggregation: z.string(),
  timeRange: z.object({ from: z.string(), to: z.string(), interval: z.enum(['hour', 'day']) }),
  /** When the latest numbers were taken; null before the first rollup. */
  asOf: z.string().nullable(),
  total: Numbers,
  groups: z.array(
    z.object({
      group: z.string(),
      latest: Numbers,
      series: z.array(z.object({ at: z.string(), numbers: Numbers })),
    }),
  ),
  groupCount: z.number().int(),
});
export type UnifiedMetrics = z.infer<typeof UnifiedMetrics>;
