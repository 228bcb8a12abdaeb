import type { Row } from '#platform/tables.ts';
import { processingOf } from './alerts/processing.ts';
import { alertId, assessmentId } from './ids.ts';
import type { AlertRecord } from './mapping/alert.ts';
import { type AssessmentRecord, assessmentRowKey, type FindingRecord } from './mapping/assessment.ts';
import { type Definition, estimateEffort, scoreOf } from './mapping/definition.ts';
import type { RecommendationRecord } from './mapping/recommendation.ts';
import type { ComplianceAssessment, SecurityAlert, SecurityRecommendation } from './schema.ts';

export function toRecommendation(
  record: RecommendationRecord,
  definition: Definition | undefined,
  subscriptionId: string,
): SecurityRecommendation {
  const effort = definition?.effort ?? 'unknown';
  const userImpact = definition?.userImpact ?? 'unknown';
  const { assessment, resourceId } = record;
  const isOwnTask = record.source === 'task';
  return {
    id: record.id,
    name: record.name,
    description: definition?.description ?? '',
    severity: record.severity,
    resource_id: resourceId,
    remediation_steps: [...(definition?.remediation ?? [])],
    estimated_effort: estimateEffort(effort, userImpact),
    implementation_effort: effort,
    user_impact: userImpact,
    compliance_frameworks: copyOf(definition),
    created_at: record.createdAt,
    source: record.source,
    assessment_id:
      assessment === null || isOwnTask
        ? null
        : assessmentId({ subscriptionId, rowKey: assessmentRowKey({ resourceId, key: assessment }) }),
    subscription_id: subscriptionId,
  };
}

export function toAssessmentView(
  record: AssessmentRecord,
  definition: Definition | undefined,
  subscriptionId: string,
): Omit<ComplianceAssessment, 'findings'> {
  return {
    id: record.id,
    short_id: assessmentId({ subscriptionId, rowKey: assessmentRowKey(record) }),
    name: definition?.name ?? record.name ?? record.key,
    status: record.status,
    score: definition ? scoreOf(definition.counts) : null,
    compliance_frameworks: copyOf(definition),
    remediation_guidance: [...(definition?.remediation ?? [])],
    last_updated: record.changed ?? record.firstEvaluated,
    cause: record.cause,
    description: record.description ?? definition?.description ?? '',
    severity: record.risk ?? definition?.severity ?? 'unknown',
    resource_id: record.resourceId,
    subscription_id: subscriptionId,
    secure_score_control: definition?.control ?? null,
    policy_definition_id: definition?.policyDefinitionId ?? null,
  };
}

export function toFindingView(finding: FindingRecord): ComplianceAssessment['findings'][number] {
  const { id, name, severity, status, description, remediation, category, cve, generated } = finding;
  return {
    id,
    name,
    severity,
    status,
    description,
    remediation,
    category,
    cve: [...cve],
    generated_at: generated,
  };
}

/** What Azure says itself counts as the finding of an assessment that has no sub-assessments. */
export function ownFinding(view: Omit<ComplianceAssessment, 'findings'>): ComplianceAssessment['findings'] {
  if (view.status !== 'Unhealthy') return [];
  const { id, name, severity, status, description, last_updated: generated } = view;
  const remediation = view.remediation_guidance.join(' ');
  return [
    { id, name, severity, status, description, remediation, category: '', cve: [], generated_at: generated },
  ];
}

export function toAlertView(
  alert: AlertRecord,
  row: Row & { readonly rowKey: string },
  subscriptionId: string,
): SecurityAlert {
  return {
    id: alertId({ subscriptionId, rowKey: row.rowKey }),
    azure_id: alert.azureId,
    alert_type: alert.type,
    name: alert.name,
    description: alert.description,
    severity: alert.severity,
    status: alert.status,
    intent: [...alert.intent],
    techniques: [...alert.techniques],
    resource_ids: [...alert.resourceIds],
    compromised_entity: alert.compromisedEntity,
    remediation_steps: [...alert.remediation],
    started_at: alert.startedAt,
    ended_at: alert.endedAt,
    generated_at: alert.generatedAt,
    product: alert.product,
    portal_url: alert.portalUrl,
    is_incident: alert.isIncident,
    entities: [...alert.entities],
    properties: alert.properties,
    subscription_id: subscriptionId,
    processing: processingOf(row),
  };
}

function copyOf(definition: Definition | undefined): Record<string, string[]> {
  const entries = Object.entries(definition?.frameworks ?? {});
  return Object.fromEntries(entries.map(([standard, controls]) => [standard, [...controls]]));
}
