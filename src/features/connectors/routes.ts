import { narrowSubscriptions } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { ConnectorList, SyncStarted } from './schema.ts';
import type { Connectors } from './service.ts';

/** HTTP routes of the sources. */
export function connectorRoutes(connectors: Connectors): Route[] {
  return [
    defineRoute({
      name: 'listConnectors',
      method: 'GET',
      path: '/api/v1/connectors',
      role: 'viewer',
      bySubscription: true,
      summary: 'The sources of what Azure knows: last run, numbers, gaps',
      responses: { 200: { description: 'All of them.', schema: ConnectorList } },
      handle: async ({ principal }) => ({
        body: await connectors.list(principal.tenantId, narrowSubscriptions(principal, undefined)),
      }),
    }),
    defineRoute({
      name: 'syncConnector',
      method: 'POST',
      path: '/api/v1/connectors/{name}/sync',
      role: 'operator',
      bySubscription: true,
      summary: 'Read a source now',
      description: 'For every subscription that the caller may see; `GET /connectors` tells how far it is.',
      responses: { 202: { description: 'What was queued.', schema: SyncStarted } },
      handle: async ({ principal, params }) => {
        const name = params.name ?? '';
        const only = narrowSubscriptions(principal, undefined);
        const subscriptions = await connectors.start(principal.tenantId, name, only);
        return {
          status: 202,
          body: { source: name, subscriptions },
          headers: { location: '/api/v1/connectors' },
        };
      },
    }),
  ];
}
