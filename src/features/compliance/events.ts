import { type CloudEvent, eventId } from '#features/events/index.ts';
import { parseResourceId } from '#features/inventory/index.ts';
import { correlationId } from '#platform/log.ts';
import { traceparent } from '#platform/telemetry.ts';
import type { State } from './evaluation/outcomes.ts';
import type { PairInfo } from './plan/pair.ts';

export type ComplianceEventType = 'ComplianceViolated' | 'ComplianceResolved' | 'PolicyEvaluated';

export type ComplianceEventData = {
  readonly resource_id: string;
  readonly subscription_id: string | null;
  readonly resource_type: string;
  readonly resource_group: string | null;
  /** Short id. */
  readonly policy_id: string;
  readonly policy_definition_id: string;
  readonly policy_name: string;
  readonly assignment_id: string;
  readonly initiative_id?: string;
  readonly reference_id?: string;
  /** `notApplicable` where the policy no longer judges the resource, or the resource is gone. */
  readonly outcome: State | 'notApplicable';
  readonly previous_outcome: State | null;
  readonly severity: string;
  /** One sentence. */
  readonly reason: string;
  readonly frameworks: Readonly<Record<string, readonly string[]>>;
  readonly evaluated_at: string;
};

/** What became of one pair. */
export type Turn = {
  readonly info: PairInfo;
  readonly before: State | undefined;
  readonly after: State | undefined;
  readonly reason: string;
};

/**
 * The events of one change of a resource's outcomes: ComplianceViolated for each pair that is non-compliant now,
 * ComplianceResolved for each that was, PolicyEvaluated for each whose outcome became another one. A first outcome that
 * is no violation is told by nothing: there are as many of these as there are pairs. The ids follow from tenant,
 * resource, pair and the number of the commit.
 */
export function toEvents(
  turns: readonly Turn[],
  of: {
    readonly tenantId: string;
    readonly resourceId: string;
    readonly version: string;
    readonly at: string;
  },
): CloudEvent<ComplianceEventType, ComplianceEventData>[] {
  return turns.flatMap((turn) =>
    typesOf(turn).map((type) => {
      const correlation = correlationId();
      const parent = traceparent();
      return {
        specversion: '1.0' as const,
        id: eventId([of.tenantId, of.resourceId.toLowerCase(), turn.info.code, type, of.version].join('|')),
        source: `/tenants/${of.tenantId}/compliance`,
        type,
        subject: of.resourceId,
        time: of.at,
        datacontenttype: 'application/json' as const,
        tenantid: of.tenantId,
        ...(correlation && { correlationid: correlation }),
        ...(parent && { traceparent: parent }),
        data: toData(turn, of),
      };
    }),
  );
}

function typesOf({ before, after }: Turn): ComplianceEventType[] {
  if (before === after) return [];
  return [
    ...(after === 'nonCompliant' ? (['ComplianceViolated'] as const) : []),
    ...(before === 'nonCompliant' ? (['ComplianceResolved'] as const) : []),
    ...(before !== undefined && after !== undefined ? (['PolicyEvaluated'] as const) : []),
  ];
}

function toData(
  { info, before, after, reason }: Turn,
  { resourceId, at }: { resourceId: string; at: string },
): ComplianceEventData {
  const { subscriptionId, type, resourceGroup } = parseResourceId(resourceId);
  return {
    resource_id: resourceId,
    subscription_id: subscriptionId ?? null,
    resource_type: type ?? '',
    resource_group: resourceGroup ?? null,
    policy_id: info.policyId,
    policy_definition_id: info.definitionId,
    policy_name: info.policyName,
    assignment_id: info.assignmentId,
    ...(info.initiativeId !== undefined && { initiative_id: info.initiativeId }),
    ...(info.referenceId !== undefined && { reference_id: info.referenceId }),
    outcome: after ?? 'notApplicable',
    previous_outcome: before ?? null,
    severity: info.severity,
    reason,
    frameworks: info.frameworks,
    evaluated_at: at,
  };
}
