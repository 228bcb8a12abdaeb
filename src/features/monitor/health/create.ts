import { ResourceHealth } from '#platform/resourceHealth.ts';
import { daysAgo, type MonitorPart, type MonitorPorts } from '../part.ts';
import { healthConnector } from './connector.ts';
import { healthSource } from './metricSource.ts';
import { healthRoutes } from './routes.ts';
import { HealthService } from './service.ts';
import { HealthStore } from './store.ts';

/** Health of resources and services. */
export function createHealth(
  ports: MonitorPorts,
  { retentionDays }: { readonly retentionDays: number },
): MonitorPart {
  const { endpoint, credential, tables, queues, clock, inventoryStoreOf, gapsOf } = ports;
  const storeOf = (tenantId: string) => new HealthStore(tenantId, tables);
  const resourceHealth = new ResourceHealth({ endpoint, credential });
  return {
    connector: healthConnector({ resourceHealth, queues, storeOf }),
    routes: healthRoutes(new HealthService({ gapsOf, storeOf, inventoryStoreOf })),
    metrics: [healthSource(storeOf)],
    forget: async (tenantId, subscriptionId) => ({
      transitions: await storeOf(tenantId).forget(subscriptionId, daysAgo(clock, retentionDays)),
    }),
  };
}
