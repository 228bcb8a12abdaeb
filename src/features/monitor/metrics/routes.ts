import { defineRoute, type Route } from '#http/route.ts';
import { ResourceMetricsAnswer, ResourceMetricsQuery } from './schema.ts';
import type { ResourceMetricsService } from './service.ts';

/** HTTP routes of the metrics of single resources. */
export function resourceMetricsRoutes(metrics: ResourceMetricsService): Route[] {
  return [
    defineRoute({
      name: 'getResourceMetrics',
      method: 'GET',
      path: '/api/v1/resources/{id+}/metrics',
      role: 'viewer',
      bySubscription: true,
      summary: 'What Azure Monitor measured of a resource, by hour or day',
      query: ResourceMetricsQuery,
      responses: { 200: { description: 'Its metrics.', schema: ResourceMetricsAnswer } },
      handle: async ({ principal, params, query }) => ({
        body: await metrics.ofResource(principal, params.id ?? '', query),
      }),
    }),
  ];
}
