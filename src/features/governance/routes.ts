import { defineRoute, type Route } from '#http/route.ts';
import { assignmentRoutes } from './assignmentRoutes.ts';
import { type GovernanceOf, policyRoutes } from './policyRoutes.ts';
import { type PolicySync, PolicySyncJob } from './sync.ts';

/** HTTP routes of what should hold; the tenant is the caller's. */
export function governanceRoutes(governanceOf: GovernanceOf, sync: PolicySync): Route[] {
  return [...policyRoutes(governanceOf), ...syncRoutes(sync), ...assignmentRoutes(governanceOf)];
}

function syncRoutes(sync: PolicySync): Route[] {
  return [
    defineRoute({
      name: 'syncPolicies',
      method: 'POST',
      path: '/api/v1/policies/sync',
      role: 'operator',
      summary: 'Read Azure’s policies now',
      description:
        'Definitions, initiatives, assignments at all scopes, exemptions, management groups, aliases.',
      responses: { 202: { description: 'The job, or the one under way.', schema: PolicySyncJob } },
      handle: async ({ principal }) => {
        const { joined: _, ...job } = await sync.start(principal.tenantId);
        return { status: 202, body: job, headers: { location: `/api/v1/policies/sync/${job.id}` } };
      },
    }),
    defineRoute({
      name: 'getPolicySync',
      method: 'GET',
      path: '/api/v1/policies/sync/{id}',
      role: 'viewer',
      summary: 'How far a reading of Azure’s policies is',
      responses: { 200: { description: 'The job.', schema: PolicySyncJob } },
      handle: async ({ principal, params }) => ({
        body: await sync.get(principal.tenantId, params.id ?? ''),
      }),
    }),
  ];
}
