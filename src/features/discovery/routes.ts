import { defineRoute, type Route } from '#http/route.ts';
import { SyncJob } from './schema.ts';
import type { Discovery } from './service.ts';

/** HTTP routes of discovery. */
export function discoveryRoutes(discovery: Discovery): Route[] {
  return [
    defineRoute({
      name: 'startSync',
      method: 'POST',
      path: '/api/v1/sync',
      role: 'operator',
      summary: 'Read every subscription from Azure now',
      description: 'Where a sync is under way already, that one is returned.',
      responses: { 202: { description: 'The sync; follow `Location` for its progress.', schema: SyncJob } },
      handle: async ({ principal }) => {
        const job = await discovery.startSync(principal.tenantId);
        return {
          status: 202,
          body: job,
          headers: { location: `/api/v1/sync/${job.id}`, 'retry-after': '1' },
        };
      },
    }),
    defineRoute({
      name: 'getSync',
      method: 'GET',
      path: '/api/v1/sync/{id}',
      role: 'viewer',
      summary: 'Progress of a sync',
      responses: { 200: { description: 'The sync.', schema: SyncJob } },
      handle: async ({ principal, params }) => ({
        body: await discovery.getSync(principal.tenantId, params.id ?? ''),
      }),
    }),
  ];
}
