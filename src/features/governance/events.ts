import { type CloudEvent, eventId } from '#features/events/index.ts';
import { correlationId } from '#platform/log.ts';
import { traceparent } from '#platform/telemetry.ts';
import { armIdOf } from './ids.ts';
import type { GovernanceChange, Kind } from './model.ts';

/** What the events of this feature tell; the types are `PolicyDefinitionChanged` and its like. */
export type GovernanceEventData = {
  readonly change: GovernanceChange['change'];
  /** Short id. */
  readonly id: string;
  readonly arm_id: string;
  /** Of an assignment or exemption. */
  readonly scope?: string;
  /** Of the assignment that an exemption is about. */
  readonly assignment_id?: string;
  /** The snapshot that has the change, or a later one, has a revision that is not less. */
  readonly revision: string;
};

const eventTypes: Readonly<Record<Kind, string>> = {
  definition: 'PolicyDefinitionChanged',
  initiative: 'PolicyInitiativeChanged',
  assignment: 'PolicyAssignmentChanged',
  exemption: 'PolicyExemptionChanged',
};

/** What outcomes depend on beside policies: its change is told without saying what of it changed. */
export type Ground = 'PolicyAliasesRefreshed' | 'ManagementGroupsChanged';

type Moment = {
  readonly tenantId: string;
  readonly number: number;
  readonly revision: string;
  readonly at: Date;
};

/** The event that the alias table, or the hierarchy of management groups, has become another one. */
export function toGroundEvent(type: Ground, of: Moment): CloudEvent<Ground, { readonly revision: string }> {
  return {
    ...envelope(of, 0),
    type,
    subject: `/tenants/${of.tenantId}/governance`,
    data: { revision: of.revision },
  };
}

/** The events of one transaction: their ids follow from tenant and number, however often they are made. */
export function toEvents(
  changes: readonly GovernanceChange[],
  of: Moment,
): CloudEvent<string, GovernanceEventData>[] {
  return changes.map(({ kind, change, record }, place) => ({
    ...envelope(of, place),
    type: eventTypes[kind],
    subject: armIdOf(kind, record),
    data: {
      change,
      id: record.id,
      arm_id: armIdOf(kind, record),
      ...('scope' in record && { scope: record.scope }),
      ...('policyAssignmentId' in record && { assignment_id: record.policyAssignmentId }),
      revision: of.revision,
    },
  }));
}

function envelope({ tenantId, number, at }: Moment, place: number) {
  const correlation = correlationId();
  const parent = traceparent();
  return {
    specversion: '1.0' as const,
    id: eventId(`${tenantId}|governance|${number}`, place),
    source: `/tenants/${tenantId}/governance`,
    time: at.toISOString(),
    datacontenttype: 'application/json' as const,
    tenantid: tenantId,
    ...(correlation && { correlationid: correlation }),
    ...(parent && { traceparent: parent }),
  };
}
