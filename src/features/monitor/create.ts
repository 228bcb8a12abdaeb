import type { Connector } from '#features/connectors/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { Route } from '#http/route.ts';
import type { StoredAttributions } from './activity/attributions.ts';
import { type ActivityOptions, createActivity } from './activity/create.ts';
import { createHealth } from './health/create.ts';
import { createMetrics, type MeasuredPart, type MetricsOptions } from './metrics/create.ts';
import type { MonitorPorts } from './part.ts';
import { subscriptionsOf } from './subscriptions.ts';

export type Monitor = MeasuredPart & {
  readonly connectors: readonly Connector[];
  readonly routes: readonly Route[];
  readonly metrics: readonly MetricSource[];
  readonly attributions: (tenantId: string) => StoredAttributions;
  /** Removes of a tenant what is older than its retention; returns how many rows of each kind. */
  readonly forget: (tenantId: string) => Promise<Record<string, number>>;
};

/** The room of Azure Monitor: its sources, its routes, its numbers. */
export function createMonitor(options: MonitorPorts & ActivityOptions & MetricsOptions): Monitor {
  const activity = createActivity(options, options);
  const health = createHealth(options, { retentionDays: options.activityRetentionDays });
  const measured = createMetrics(options, options);
  const parts = [activity, health, measured];

  async function forget(tenantId: string): Promise<Record<string, number>> {
    const removed: Record<string, number> = {};
    for (const subscriptionId of await subscriptionsOf(options.inventoryStoreOf(tenantId), {})) {
      for (const part of parts) {
        for (const [kind, rows] of Object.entries(await part.forget(tenantId, subscriptionId)))
          removed[kind] = (removed[kind] ?? 0) + rows;
      }
    }
    return removed;
  }

  return {
    ...measured,
    connectors: parts.map((part) => part.connector),
    routes: parts.flatMap((part) => part.routes),
    metrics: parts.flatMap((part) => part.metrics),
    attributions: activity.attributions,
    forget,
  };
}
