import type { DeploymentRuns } from './arm/deploymentRuns.ts';
import type { Operations } from './arm/operations.ts';
import type { Alerts } from './defender/alerts.ts';
import type { Drift } from './drift/drift.ts';
import type { EventGrid } from './events/eventGrid.ts';
import type { FaultControl } from './faults/faultControl.ts';
import type { ActivityLog } from './monitor/activityLog.ts';
import type { Health } from './monitor/health.ts';
import type { AliasesByType } from './policy/aliases.ts';
import type { Policies } from './policy/policies.ts';
import type { ChangeLog } from './state/changeLog.ts';
import type { Estate } from './state/estate.ts';
import type { Recorder } from './state/recorder.ts';

/** Everything that a request may touch. */
export type World = {
  readonly seed: number;
  readonly estate: Estate;
  readonly log: ChangeLog;
  readonly recorder: Recorder;
  readonly faults: FaultControl;
  readonly events: EventGrid;
  readonly drift: Drift;
  readonly alerts: Alerts;
  readonly activity: ActivityLog;
  readonly health: Health;
  readonly operations: Operations;
  readonly policies: Policies;
  /** Made at the first call. */
  readonly aliases: () => AliasesByType;
  readonly deployments: DeploymentRuns;
};
