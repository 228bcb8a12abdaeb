import { parseResourceId } from '#features/inventory/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import { metricsOf } from './catalogue.ts';
import type { HourOfResource, ResourceMetricStore } from './store.ts';

const HOUR_MS = 3_600_000;

/**
 * What was measured in the last whole hour. Totals add up as they are; of averages and maxima, sum and count do, so
 * that sum / count is the average over whatever they were added up for.
 */
export function measuredSource(storeOf: (tenantId: string) => ResourceMetricStore): MetricSource {
  return {
    async *collect({ tenantId, segment }, since) {
      const hour = new Date(Date.parse(since) - HOUR_MS).toISOString();
      for await (const page of storeOf(tenantId).hour(segment, hour)) {
        yield page.map((measured) => ({
          section: 'monitor',
          numbers: numbersOf(measured),
          resourceId: measured.resourceId,
        }));
      }
    },
  };
}

function numbersOf({ resourceId, samples }: HourOfResource): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { name, aggregation, rollup } of metricsOf(parseResourceId(resourceId).type ?? '')) {
    const value = samples[name]?.[aggregation];
    if (value === undefined) continue;
    if (aggregation === 'total' || aggregation === 'count') numbers[rollup] = value;
    else Object.assign(numbers, { [`${rollup}_sum`]: value, [`${rollup}_count`]: 1 });
  }
  return numbers;
}
