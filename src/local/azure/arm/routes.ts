import { controlRoutes } from '../control/routes.ts';
import type { Parameters, Route } from './http.ts';
import { activityLogRoutes } from './routes/activityLog.ts';
import { costRoutes } from './routes/cost.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { eventGridRoutes } from './routes/eventGrid.ts';
import { managementGroupRoutes } from './routes/managementGroups.ts';
import { metricRoutes } from './routes/metrics.ts';
import { policyRoutes } from './routes/policies.ts';
import { policyStateRoutes } from './routes/policyStates.ts';
import { providerRoutes } from './routes/providers.ts';
import { resourceGraphRoutes } from './routes/resourceGraph.ts';
import { resourceGroupRoutes } from './routes/resourceGroups.ts';
import { resourceHealthRoutes } from './routes/resourceHealth.ts';
import { resourceListRoutes } from './routes/resourceLists.ts';
import { resourceRoutes } from './routes/resources.ts';
import { securityRoutes } from './routes/security.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { tagRoutes } from './routes/tags.ts';

/** All routes; the first that matches is taken, so that the general ones stand last. */
export const routes: readonly Route[] = [
  ...controlRoutes,
  ...policyRoutes,
  ...subscriptionRoutes,
  ...providerRoutes,
  ...eventGridRoutes,
  ...managementGroupRoutes,
  ...resourceGraphRoutes,
  ...deploymentRoutes,
  ...resourceGroupRoutes,
  ...resourceListRoutes,
  ...securityRoutes,
  ...costRoutes,
  ...policyStateRoutes,
  ...activityLogRoutes,
  ...resourceHealthRoutes,
  ...metricRoutes,
  ...tagRoutes,
  ...resourceRoutes,
];

const patterns = routes.map((route) => ({ route, segments: route.path.split('/') }));

export type Match = { readonly route: Route; readonly parameters: Parameters };

/** Finds the route of a request. Fixed segments match in any case. */
export function findRoute(method: string, segments: readonly string[]): Match | undefined {
  for (const pattern of patterns) {
    if (pattern.route.method !== method) continue;
    const parameters = matchSegments(pattern.segments, segments);
    if (parameters !== undefined) return { route: pattern.route, parameters };
  }
  return undefined;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Parameters | undefined {
  const rest = pattern.findIndex((part) => part.startsWith('{*'));
  if (rest < 0 ? segments.length !== pattern.length : segments.length < pattern.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (index === rest) continue;
    const segment =
      segments[rest >= 0 && index > rest ? segments.length - (pattern.length - index) : index] ?? '';
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment.toLowerCase()) return undefined;
  }
  return parameters;
}
