import type { Connector, Connectors } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { Route } from '#http/route.ts';
import { ActivityLog } from '#platform/activityLog.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import { StoredAttributions } from './activity/attributions.ts';
import { activityConnector } from './activity/connector.ts';
import { activityRoutes } from './activity/routes.ts';
import { ActivityService } from './activity/service.ts';
import type { ActivityStore } from './activity/store.ts';

export type MonitorOptions = AzureOptions & {
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
  attributions: (tenantId: string) => StoredAttributions;
  /** Removes of a tenant what is older than its retention; returns how many rows of each kind. */
  forget: (tenantId: string) => Promise<Record<string, number>>;
} {
  const { endpoint, credential, clock, inventoryStoreOf, gapsOf } = options;
  const { activityStoreOf: storeOf, activityRetentionDays: retentionDays } = options;
  const activityLog = new ActivityLog({ endpoint, credential });
  const activity = new ActivityService({ gapsOf, storeOf, inventoryStoreOf });

  const attributionsOf = (tenantId: string) => new StoredAttributions(storeOf(tenantId));

  function daysAgo(days: number): string {
    return new Date(clock.now().getTime() - days * DAY_MS).toISOString();
  }

  async function forget(tenantId: string): Promise<Record<string, number>> {
    const store = storeOf(tenantId);
    const attributions = attributionsOf(tenantId);
    const removed = { activity: 0, attributions: 0 };
    for (const { segment, state } of await inventoryStoreOf(tenantId).segments.list()) {
      if (state === undefined) continue;
      removed.activity += await store.forget(segment, daysAgo(retentionDays));
      removed.attributions += await attributions.forget(segment, daysAgo(options.historyRetentionDays));
    }
    return removed;
  }

  return {
    connectors: [activityConnector({ activityLog, storeOf, inventoryStoreOf, retentionDays })],
    routes: activityRoutes(activity),
    attributions: attributionsOf,
    forget,
  };
}
