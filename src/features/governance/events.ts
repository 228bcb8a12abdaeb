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

/** The events of one transaction: their ids follow from tenant and number, however often they are made. */
export function toEvents(
  changes: readonly GovernanceChange[],
  of: { readonly tenantId: string; readonly number: number; readonly revision: string; readonly at: Date },
): CloudEvent<string, GovernanceEventData>[] {
  const correlation = correlationId();
  const parent = traceparent();
  return changes.map(({ kind, change, record }, place) => ({
    specversion: '1.0',
    id: eventId(`${of.tenantId}|governance|${of.number}`, place),
    source: `/tenants/${of.tenantId}/governance`,
    type: eventTypes[kind],
    subject: armIdOf(kind, record),
    time: of.at.toISOString(),
    datacontenttype: 'application/json',
    tenantid: of.tenantId,
    ...(correlation && { correlationid: correlation }),
    ...(parent && { traceparent: parent }),
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
