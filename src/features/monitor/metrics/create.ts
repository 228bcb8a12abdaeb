import { ResourceMetrics } from '#platform/resourceMetrics.ts';
import { daysAgo, type MonitorPart, type MonitorPorts } from '../part.ts';
import { chosenTypes, type MetricDefinition, metricsOf } from './catalogue.ts';
import { metricsConnector } from './connector.ts';
import { measuredSource } from './metricSource.ts';
import { resourceMetricsRoutes } from './routes.ts';
import { ResourceMetricsService } from './service.ts';
import { type DayOfResource, ResourceMetricStore } from './store.ts';

export type MetricsOptions = {
  /** Resource types, comma separated; empty: all that there are metrics for. */
  readonly metricTypes: string;
  readonly metricRetentionDays: number;
};

/** What is read of metrics, for other features. */
export type MeasuredPart = {
  /** The types whose metrics are read, with what is read of them. */
  readonly measured: readonly { readonly type: string; readonly metrics: readonly MetricDefinition[] }[];
  readonly measuredOf: (tenantId: string) => ResourceMetricStore;
  /** A resource by day, the last 30 unless told, days without measurements left out. Costs a look a day. */
  readonly dailyMetrics: (tenantId: string, resourceId: string, days?: number) => Promise<DayOfResource[]>;
  /** One day (`YYYY-MM-DD`, UTC) of every resource of a subscription that was measured, a page at a time. */
  readonly metricsOfDay: (
    tenantId: string,
    subscriptionId: string,
    date: string,
  ) => AsyncIterable<DayOfResource[]>;
};

/** Metrics of resources. @throws Error where a type is chosen that has none */
export function createMetrics(ports: MonitorPorts, options: MetricsOptions): MonitorPart & MeasuredPart {
  const { endpoint, credential, tables, clock, inventoryStoreOf, inventoryOf, gapsOf } = ports;
  const types = chosenTypes(options.metricTypes);
  const storeOf = (tenantId: string) => new ResourceMetricStore(tenantId, tables);
  const resourceMetrics = new ResourceMetrics({ endpoint, credential });
  const service = new ResourceMetricsService({ gapsOf, clock, storeOf, inventoryOf, types });
  return {
    connector: metricsConnector({ resourceMetrics, storeOf, inventoryStoreOf, types }),
    routes: resourceMetricsRoutes(service),
    metrics: [measuredSource(storeOf)],
    forget: async (tenantId, subscriptionId) => {
      const firstDay = daysAgo(clock, options.metricRetentionDays).slice(0, 10);
      return { measured: await storeOf(tenantId).forget(subscriptionId, firstDay) };
    },
    measured: types.map((type) => ({ type, metrics: metricsOf(type) })),
    measuredOf: storeOf,
    dailyMetrics: (tenantId, resourceId, days) => service.daily(tenantId, resourceId, days),
    metricsOfDay: (tenantId, subscriptionId, date) => storeOf(tenantId).day(subscriptionId, date),
  };
}
