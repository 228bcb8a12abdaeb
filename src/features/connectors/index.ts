export { fromColumns, keyOf, toColumns } from './columns.ts';
export type { Connector, SyncRun } from './connector.ts';
export { listRows } from './listRows.ts';
export { connectorsQueue } from './queue.ts';
export { connectorRoutes } from './routes.ts';
export { LIST_LAG_MS, RowSync, type RowSyncOptions } from './rowSync.ts';
export { ConnectorMessage, gaps, SourceGap } from './schema.ts';
export { Connectors } from './service.ts';
export { connectorsTable } from './store.ts';
