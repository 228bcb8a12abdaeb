import type { Connector, Connectors } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { Route } from '#http/route.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import { CostExports } from '#platform/costExports.ts';
import { CostManagement } from '#platform/costManagement.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { anomalyRoutes } from './anomalies/routes.ts';
import { costConnector } from './connector.ts';
import { findingRoutes } from './findingRoutes.ts';
import type { Metric } from './lines.ts';
import { costSource } from './metricSource.ts';
import type { ViolationsOf } from './nonCompliance/sync.ts';
import { costRoutes } from './routes.ts';
import { Costs } from './service.ts';
import { CostStore } from './store.ts';

export type CostOptions = AzureOptions & {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly gapsOf: Connectors['gaps'];
  readonly violationsOf: ViolationsOf;
  readonly metric: Metric;
  readonly historyMonths: number;
  /** Where Cost Management exports to, read in the place of queries; empty: nowhere. */
  readonly exportContainer: string;
  /** Of the emulator, where the container is in it. */
  readonly connectionString: string | undefined;
};

/** The room of costs: its source and its routes. */
export function createCost(options: CostOptions): {
  connector: Connector;
  routes: Route[];
  metrics: MetricSource;
} {
  const { endpoint, credential, tables, queues, clock, inventoryStoreOf, gapsOf, metric } = options;
  const { historyMonths, violationsOf } = options;
  const stores = new Map<string, CostStore>();
  const storeOf = (tenantId: string) => {
    const store = stores.get(tenantId) ?? new CostStore(tenantId, tables);
    stores.set(tenantId, store);
    return store;
  };
  const azure = new CostManagement({ endpoint, credential });
  const { exportContainer: container, connectionString } = options;
  const exports = container ? new CostExports({ container, connectionString, credential }) : undefined;
  const costs = new Costs({ storeOf, inventoryStoreOf, gapsOf, clock, metric });
  return {
    connector: costConnector({
      azure,
      exports,
      queues,
      storeOf,
      inventoryStoreOf,
      metric,
      historyMonths,
      violationsOf,
    }),
    routes: [...findingRoutes(costs), ...anomalyRoutes(costs), ...costRoutes(costs)],
    metrics: costSource(storeOf, clock),
  };
}
