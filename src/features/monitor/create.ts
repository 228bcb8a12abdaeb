import type { Connector, Connectors } from '#features/connectors/index.ts';
import { sweepOutbox } from '#features/events/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { Route } from '#http/route.ts';
import { ActivityLog } from '#platform/activityLog.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import { ResourceHealth } from '#platform/resourceHealth.ts';
import type { Tables } from '#platform/tables.ts';
import { StoredAttributions } from './activity/attributions.ts';
import { activityConnector } from './activity/connector.ts';
import { activityRoutes } from './activity/routes.ts';
import { ActivityService } from './activity/service.ts';
import type { ActivityStore } from './activity/store.ts';
import { healthConnector } from './health/connector.ts';
import { healthSource } from './health/metricSource.ts';
import { healthRoutes } from './health/routes.ts';
import { HealthService } from './health/service.ts';
import { HealthStore } from './health/store.ts';
import { subscriptionsOf } from './subscriptions.ts';

export type MonitorOptions = AzureOptions & {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly activityStoreOf: (tenantId: string) => ActivityStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly gapsOf: Connectors['gaps'];
  readonly activityRetentionDays: number;
  /** Whom the activity log names is kept as long as the history that it completes. */
  readonly historyRetentionDays: number;
};

const DAY_MS = 86_400_000;

/** The room of Azure Monitor: its sources and its routes. */
export function createMonitor(options: MonitorOptions): {
  connectors: Connector[];
  routes: Route[];
  metrics: MetricSource[];
  attributions: (tenantId: string) => StoredAttributions;
  /** Removes of a tenant what is older than its retention; returns how many rows of each kind. */
  forget: (tenantId: string) => Promise<Record<string, number>>;
  /** Publishes events that a process left behind; returns how many rows these were. */
  sweep: (tenantId: string, before: Date) => Promise<number>;
} {
  const { endpoint, credential, tables, queues, clock, inventoryStoreOf, gapsOf } = options;
  const { activityStoreOf: storeOf, activityRetentionDays: retentionDays } = options;
  const stores = new Map<string, HealthStore>();
  const healthOf = (tenantId: string) => {
    const store = stores.get(tenantId) ?? new HealthStore(tenantId, tables);
    stores.set(tenantId, store);
    return store;
  };
  const resourceHealth = new ResourceHealth({ endpoint, credential });
  const health = new HealthService({ gapsOf, storeOf: healthOf, inventoryStoreOf });
  const activityLog = new ActivityLog({ endpoint, credential });
  const activity = new ActivityService({ gapsOf, storeOf, inventoryStoreOf });

  const attributionsOf = (tenantId: string) => new StoredAttributions(storeOf(tenantId));

  function daysAgo(days: number): string {
    return new Date(clock.now().getTime() - days * DAY_MS).toISOString();
  }

  async function forget(tenantId: string): Promise<Record<string, number>> {
    const store = storeOf(tenantId);
    const attributions = attributionsOf(tenantId);
    const removed = { activity: 0, attributions: 0, transitions: 0 };
    for (const segment of await subscriptionsOf(inventoryStoreOf(tenantId), {})) {
      removed.activity += await store.forget(segment, daysAgo(retentionDays));
      removed.attributions += await attributions.forget(segment, daysAgo(options.historyRetentionDays));
      removed.transitions += await healthOf(tenantId).forget(segment, daysAgo(retentionDays));
    }
    return removed;
  }

  async function sweep(tenantId: string, before: Date): Promise<number> {
    let swept = 0;
    for (const segment of await subscriptionsOf(inventoryStoreOf(tenantId), {}))
      swept += await sweepOutbox(healthOf(tenantId).partition(segment), before, { queues, tenantId });
    return swept;
  }

  return {
    connectors: [
      activityConnector({ activityLog, storeOf, inventoryStoreOf, retentionDays }),
      healthConnector({ resourceHealth, queues, storeOf: healthOf }),
    ],
    routes: [...activityRoutes(activity), ...healthRoutes(health)],
    metrics: [healthSource(healthOf)],
    sweep,
    attributions: attributionsOf,
    forget,
  };
}
