export { eventTypes, type GovernanceEventData } from './events.ts';
export { isInitiativeId, shortId } from './ids.ts';
export type {
  AssignmentRecord,
  DefinitionRecord,
  ExemptionRecord,
  GovernanceChange,
  InitiativeRecord,
  NonComplianceMessage,
  Origin,
  Remediation,
  Severity,
  Snapshot,
} from './model.ts';
export { governanceRoutes } from './routes.ts';
export { governanceBlobs, governanceTable } from './rows.ts';
export { isWithin, parseScope, rootScope, type Scope } from './scope.ts';
export { Governance } from './service.ts';
export type { SnapshotOptions } from './snapshot.ts';
export { governedTenants } from './store.ts';
export { PolicySync, PolicySyncMessage, policySyncQueue } from './sync.ts';
