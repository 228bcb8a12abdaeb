import { ActivityLog } from '#platform/activityLog.ts';
import { daysAgo, type MonitorPart, type MonitorPorts } from '../part.ts';
import { StoredAttributions } from './attributions.ts';
import { activityConnector } from './connector.ts';
import { activityRoutes } from './routes.ts';
import { ActivityService } from './service.ts';
import type { ActivityStore } from './store.ts';

export type ActivityOptions = {
  readonly activityStoreOf: (tenantId: string) => ActivityStore;
  readonly activityRetentionDays: number;
  /** Whom the activity log names is kept as long as the history that it completes. */
  readonly historyRetentionDays: number;
};

/** The activity log, and whom it names for changes of the inventory. */
export function createActivity(
  ports: MonitorPorts,
  options: ActivityOptions,
): MonitorPart & { attributions: (tenantId: string) => StoredAttributions } {
  const { endpoint, credential, clock, inventoryStoreOf, gapsOf } = ports;
  const { activityStoreOf: storeOf, activityRetentionDays: retentionDays, historyRetentionDays } = options;
  const activityLog = new ActivityLog({ endpoint, credential });
  const attributions = (tenantId: string) => new StoredAttributions(storeOf(tenantId));
  return {
    connector: activityConnector({ activityLog, storeOf, inventoryStoreOf, retentionDays }),
    routes: activityRoutes(new ActivityService({ gapsOf, storeOf, inventoryStoreOf })),
    metrics: [],
    attributions,
    forget: async (tenantId, subscriptionId) => ({
      activity: await storeOf(tenantId).forget(subscriptionId, daysAgo(clock, retentionDays)),
      attributions: await attributions(tenantId).forget(subscriptionId, daysAgo(clock, historyRetentionDays)),
    }),
  };
}
