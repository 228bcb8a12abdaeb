import type { JsonObject } from '../../estate/model.ts';
import type { LoggedChange } from '../../state/changeLog.ts';
import { parseResourceId } from '../../state/ids.ts';
import type { Relation } from '../relation.ts';
import { objects } from './objects.ts';
import type { TableScope } from './scope.ts';

const names = [
  'id',
  'name',
  'type',
  'tenantId',
  'kind',
  'location',
  'resourceGroup',
  'subscriptionId',
  'properties',
] as const;

/** The changes of the last 14 days (`resourcechanges`), oldest first. */
export function resourceChanges(scope: TableScope): Relation {
  const seen = new Set(scope.subscriptionIds.map((id) => id.toLowerCase()));
  return objects(names, () =>
    scope.log
      .list(scope.now - scope.lagMilliseconds)
      .filter((change) => seen.has(parseResourceId(change.target)?.subscriptionId.toLowerCase() ?? ''))
      .map((change) => changeRow(change, scope.estate.tenantId)),
  );
}

function changeRow(change: LoggedChange, tenantId: string): JsonObject {
  const parsed = parseResourceId(change.target);
  const name = `${snapshot(change.sequence)}_${change.id}`;
  return {
    id: `${change.target}/providers/Microsoft.Resources/changes/${name}`,
    name,
    type: 'microsoft.resources/changes',
    tenantId,
    kind: '',
    location: '',
    resourceGroup: parsed?.group.toLowerCase() ?? '',
    subscriptionId: parsed?.subscriptionId ?? '',
    properties: {
      targetResourceId: change.target,
      targetResourceType: change.targetType.toLowerCase(),
      changeType: change.kind,
      changeAttributes: attributes(change),
      changes: change.changes,
    },
  };
}

function attributes(change: LoggedChange): JsonObject {
  return {
    timestamp: change.at,
    correlationId: change.correlationId,
    changedBy: change.actor.id,
    changedByType: change.actor.kind,
    clientType: change.actor.client,
    operation: change.operation.toLowerCase(),
    previousResourceSnapshotId: change.kind === 'Create' ? undefined : snapshot(change.sequence - 1),
    newResourceSnapshotId: change.kind === 'Delete' ? undefined : snapshot(change.sequence),
    changesCount: Object.keys(change.changes).length,
  };
}

/** Snapshot ids count down from the far future, as Azure's do. */
function snapshot(sequence: number): string {
  return (8_584_000_000_000_000_000n - BigInt(sequence)).toString().padStart(20, '0');
}
