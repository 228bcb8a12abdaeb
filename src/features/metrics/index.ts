export { inventorySource } from './inventorySource.ts';
export type { Aggregation, MetricSource, Rollup } from './model.ts';
export { metricRoutes } from './routes.ts';
export { Metrics } from './service.ts';
export { MetricStore, metricsTable } from './store.ts';
export { parseRange } from './time.ts';
