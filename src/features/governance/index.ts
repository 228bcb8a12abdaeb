export type { GovernanceEventData } from './events.ts';
export { shortId } from './ids.ts';
export type {
  AssignmentRecord,
  DefinitionRecord,
  ExemptionRecord,
  GovernanceChange,
  InitiativeRecord,
  Severity,
  Snapshot,
} from './model.ts';
export { governanceRoutes } from './routes.ts';
export { governanceBlobs, governanceTable } from './rows.ts';
export { isWithin, parseScope, rootScope } from './scope.ts';
export { Governance } from './service.ts';
export { governedTenants } from './store.ts';
export { PolicySync, PolicySyncMessage, policySyncQueue } from './sync.ts';
