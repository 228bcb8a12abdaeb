import { narrowed, requireVisible } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { BudgetList, BudgetsQuery } from './budgets/schema.ts';
import { CostList, CostsQuery, ResourceCosts, ResourceCostsQuery } from './schema.ts';
import type { Costs } from './service.ts';

/** HTTP routes of costs; the tenant is the caller's, and so are the subscriptions that are seen. */
export function costRoutes(costs: Costs): Route[] {
  return [
    defineRoute({
      name: 'listCosts',
      method: 'GET',
      path: '/api/v1/costs',
      role: 'viewer',
      bySubscription: true,
      summary: 'Costs by group and day or month, the dearest first',
      description:
        'Groups of several currencies stand apart, and are never added up. The last days change: `provisional_from`.',
      query: CostsQuery,
      responses: { 200: { description: 'A page of groups.', schema: CostList } },
      handle: async (call) => ({ body: await costs.list(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'listBudgets',
      method: 'GET',
      path: '/api/v1/costs/budgets',
      role: 'viewer',
      bySubscription: true,
      summary: 'Budgets, what is spent of them, and which thresholds are crossed',
      query: BudgetsQuery,
      responses: { 200: { description: 'A page of budgets.', schema: BudgetList } },
      handle: async (call) => ({ body: await costs.budgets(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'getResourceCosts',
      method: 'GET',
      path: '/api/v1/resources/{id+}/costs',
      role: 'viewer',
      bySubscription: true,
      summary: 'What one resource costs, by ARM id or short id',
      query: ResourceCostsQuery,
      responses: { 200: { description: 'Its costs in each currency.', schema: ResourceCosts } },
      handle: async ({ principal, params, query }) => {
        const place = await costs.locate(principal.tenantId, params.id ?? '');
        requireVisible(principal, place.subscriptionId, `there is no resource ${params.id}`);
        return { body: await costs.resource(principal.tenantId, place, query) };
      },
    }),
  ];
}
