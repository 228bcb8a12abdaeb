import * as z from 'zod';

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

/** A list whose items that are not as documented are left out. */
function lenient<T extends z.ZodType>(item: T) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((given) => {
        const parsed = item.safeParse(given);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

/** A point of a series; those without a value are hours in which nothing was measured. */
const Point = z.object({
  timeStamp: z.iso.datetime({ offset: true }),
  average: number,
  minimum: number,
  maximum: number,
  total: number,
  count: number,
});

const Metric = z.object({
  id: text,
  name: z.object({ value: z.string() }),
  /** Other than `Success`: why there is nothing. */
  errorCode: text,
  errorMessage: text,
  timeseries: lenient(z.object({ data: lenient(Point) })),
});

/**
 * Answer of `metrics:getBatch` as far as it is used (azure-rest-api-specs, monitor data plane, metricBatch
 * 2024-02-01). A result says whose it is by `resourceid`, or by the ids of its metrics.
 */
export const MetricsAnswer = z.object({
  values: lenient(z.object({ resourceid: text, value: lenient(Metric) })),
});
export type MetricsAnswer = z.infer<typeof MetricsAnswer>;
export type MetricResult = MetricsAnswer['values'][number];
