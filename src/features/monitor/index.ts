export { StoredAttributions } from './activity/attributions.ts';
export { ActivityStore, activityTable } from './activity/store.ts';
export { createMonitor } from './create.ts';
export { healthTable } from './health/store.ts';
export { resourceMetricsTable } from './metrics/store.ts';
