import { narrowed, requireVisible } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import type { Costs } from '../service.ts';
import { locateAnomaly } from './read.ts';
import { AnomaliesQuery, AnomalyList, AnomalyUpdate, CostAnomaly } from './schema.ts';

/** HTTP routes of anomalies. */
export function anomalyRoutes(costs: Costs): Route[] {
  return [
    defineRoute({
      name: 'listCostAnomalies',
      method: 'GET',
      path: '/api/v1/costs/anomalies',
      role: 'viewer',
      bySubscription: true,
      summary: 'Days that cost more, or less, than the past lets expect, newest first',
      description: 'Of each subscription, resource group and resource type, with the resources behind it.',
      query: AnomaliesQuery,
      responses: { 200: { description: 'A page of anomalies.', schema: AnomalyList } },
      handle: async (call) => ({ body: await costs.anomalies(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'updateCostAnomaly',
      method: 'PATCH',
      path: '/api/v1/costs/anomalies/{id}',
      role: 'operator',
      bySubscription: true,
      summary: 'Say of an anomaly that somebody looks into it, or why it is none',
      body: AnomalyUpdate,
      responses: { 200: { description: 'The anomaly as it is now.', schema: CostAnomaly } },
      handle: async ({ principal, params, body }) => {
        const id = params.id ?? '';
        requireVisible(principal, locateAnomaly(id).subscriptionId, `there is no anomaly ${id}`);
        const { before, after } = await costs.updateAnomaly(principal, id, body);
        return { body: after, audit: { before } };
      },
    }),
  ];
}
