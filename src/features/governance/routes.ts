import type { Route } from '#http/route.ts';
import { assignmentRoutes } from './assignmentRoutes.ts';
import { type GovernanceOf, policyRoutes } from './policyRoutes.ts';

/** HTTP routes of what should hold; the tenant is the caller's. */
export function governanceRoutes(governanceOf: GovernanceOf): Route[] {
  return [...policyRoutes(governanceOf), ...assignmentRoutes(governanceOf)];
}
