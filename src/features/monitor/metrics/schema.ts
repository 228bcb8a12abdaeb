import * as z from 'zod';
import { SourceGap } from '#features/connectors/index.ts';
import { parseRange } from '#features/metrics/index.ts';
import { words } from '../schema.ts';

export const ResourceMetricsQuery = z.strictObject({
  timeRange: z
    .string()
    .refine(
      (text) => parseRange(text) !== undefined,
      'must be a number of hours, days or weeks: 24h, 7d, 4w (at most 400d)',
    )
    .default('24h'),
  interval: z
    .enum(['hour', 'day'])
    .optional()
    .meta({ description: 'Unless told, hours up to 7 days, then days (UTC).' }),
  metric: words.meta({ description: 'Names of metrics as Azure has them; one or several.' }),
});
export type ResourceMetricsQuery = z.infer<typeof ResourceMetricsQuery>;

const number = z.number().optional();

/** The metrics of one resource over time. */
export const ResourceMetricsAnswer = z
  .object({
    resource_id: z.string(),
    resource_type: z.string(),
    is_collected: z
      .boolean()
      .meta({ description: 'Whether metrics of this type are read (`RESOURCE_METRIC_TYPES`).' }),
    timeRange: z.object({ from: z.string(), to: z.string(), interval: z.enum(['hour', 'day']) }),
    metrics: z.array(
      z.object({
        name: z.string(),
        unit: z.string(),
        aggregation: z.enum(['average', 'maximum', 'total', 'count']).meta({
          description: 'How the hours of a day are combined, and which value to look at.',
        }),
        series: z.array(
          z.object({
            at: z.string(),
            average: number,
            minimum: number,
            maximum: number,
            total: number,
            count: number,
          }),
        ),
      }),
    ),
    gaps: z.array(SourceGap),
  })
  .meta({ id: 'ResourceMetrics' });
export type ResourceMetricsAnswer = z.infer<typeof ResourceMetricsAnswer>;
