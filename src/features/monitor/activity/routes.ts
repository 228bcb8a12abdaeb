import { narrowed } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { ActivityList, ActivityQuery } from './schema.ts';
import type { ActivityService } from './service.ts';

/** HTTP routes of the activity log; the tenant is the caller's, and so are the subscriptions that are seen. */
export function activityRoutes(activity: ActivityService): Route[] {
  return [
    defineRoute({
      name: 'listActivity',
      method: 'GET',
      path: '/api/v1/activity',
      role: 'viewer',
      bySubscription: true,
      summary: 'The activity log of Azure Monitor, newest first',
      description: 'Who did what in Azure, when, and what came of it; reads are not in it.',
      query: ActivityQuery,
      responses: { 200: { description: 'A page of entries.', schema: ActivityList } },
      handle: async (call) => ({ body: await activity.list(call.principal.tenantId, narrowed(call)) }),
    }),
  ];
}
