import { narrowed } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import {
  ResourceHealthList,
  ResourceHealthQuery,
  ServiceHealthList,
  ServiceHealthQuery,
  TransitionList,
  TransitionsQuery,
} from './schema.ts';
import type { HealthService } from './service.ts';

/** HTTP routes of health; the tenant is the caller's, and so are the subscriptions that are seen. */
export function healthRoutes(health: HealthService): Route[] {
  return [
    defineRoute({
      name: 'listResourceHealth',
      method: 'GET',
      path: '/api/v1/resource-health',
      role: 'viewer',
      bySubscription: true,
      summary: 'How resources are, as Azure Resource Health says; the unwell first',
      query: ResourceHealthQuery,
      responses: { 200: { description: 'A page of resources.', schema: ResourceHealthList } },
      handle: async (call) => ({ body: await health.resources(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'listHealthTransitions',
      method: 'GET',
      path: '/api/v1/resource-health/transitions',
      role: 'viewer',
      bySubscription: true,
      summary: 'When resources became unavailable, degraded, available again; newest first',
      query: TransitionsQuery,
      responses: { 200: { description: 'A page of transitions.', schema: TransitionList } },
      handle: async (call) => ({ body: await health.transitions(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'listServiceHealth',
      method: 'GET',
      path: '/api/v1/service-health',
      role: 'viewer',
      bySubscription: true,
      summary: 'Service issues, maintenance and advisories of Azure Service Health; active ones first',
      query: ServiceHealthQuery,
      responses: { 200: { description: 'A page of events.', schema: ServiceHealthList } },
      handle: async (call) => ({ body: await health.serviceEvents(call.principal.tenantId, narrowed(call)) }),
    }),
  ];
}
