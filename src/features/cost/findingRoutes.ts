import { narrowed } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { IdleList, IdleQuery, NonComplianceCosts, NonComplianceQuery } from './schema.ts';
import type { Costs } from './service.ts';

/** HTTP routes of what need not cost: idle resources, and what violates policies. */
export function findingRoutes(costs: Costs): Route[] {
  return [
    defineRoute({
      name: 'listIdleCosts',
      method: 'GET',
      path: '/api/v1/costs/idle',
      role: 'viewer',
      bySubscription: true,
      summary: 'Resources that cost and do nothing, the dearest first',
      description:
        'Judged by the documents of the inventory whenever costs are read; each with its costs of thirty days.',
      query: IdleQuery,
      responses: { 200: { description: 'A page of resources.', schema: IdleList } },
      handle: async (call) => ({ body: await costs.idle(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'getNonComplianceCosts',
      method: 'GET',
      path: '/api/v1/costs/non-compliance',
      role: 'viewer',
      bySubscription: true,
      summary: 'What resources that violate policies cost, by severity and policy',
      description:
        'The costs of these resources in thirty days: what is at stake, neither the price of a violation nor what mending it saves.',
      query: NonComplianceQuery,
      responses: { 200: { description: 'The sums, and a page of policies.', schema: NonComplianceCosts } },
      handle: async (call) => ({ body: await costs.nonCompliance(call.principal.tenantId, narrowed(call)) }),
    }),
  ];
}
