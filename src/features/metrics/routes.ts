import { defineRoute, type Route } from '#http/route.ts';
import { MetricsQuery, UnifiedMetrics } from './schema.ts';
import type { Metrics } from './service.ts';

/** HTTP routes of metrics. */
export function metricRoutes(metrics: Metrics): Route[] {
  return [
    defineRoute({
      name: 'getUnifiedMetrics',
      method: 'GET',
      path: '/api/v1/metrics/unified',
      role: 'viewer',
      bySubscription: true,
      summary: 'Inventory, compliance, security, cost and operations over time',
      description:
        'From rollups, never from the estate. Up to 7 days a point is an hour, beyond it a day. Groups of tags are values of the tag.',
      query: MetricsQuery,
      responses: { 200: { description: 'The numbers.', schema: UnifiedMetrics } },
      handle: async ({ principal, query }) => ({ packed: await metrics.unified(principal, query) }),
    }),
  ];
}
