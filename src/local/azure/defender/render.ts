import { createHash } from 'node:crypto';
import type { JsonObject } from '../estate/model.ts';
import type { AssessmentType } from './assessmentType.ts';
import type { Judged } from './judge.ts';

/** A GUID that follows from a text. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text.toLowerCase()).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export function assessmentIdOf({ type, judgement }: Judged): string {
  return `${judgement.resourceId}/providers/Microsoft.Security/assessments/${type.key}`;
}

/** `Microsoft.Security/assessments` 2021-06-01. */
export function renderAssessment(judged: Judged): JsonObject {
  const { type, judgement, at } = judged;
  return {
    id: assessmentIdOf(judged),
    name: type.key,
    type: 'Microsoft.Security/assessments',
    properties: {
      resourceDetails: { source: 'Azure', id: judgement.resourceId },
      displayName: type.displayName,
      status: {
        code: judgement.verdict,
        cause: judgement.cause,
        description: judgement.description,
        firstEvaluationDate: at,
        statusChangeDate: at,
      },
    },
  };
}

/** `Microsoft.Security/assessments/subAssessments` 2019-01-01-preview. */
export function renderFindings(judged: Judged): JsonObject[] {
  const { type, judgement, at } = judged;
  return (judgement.findings ?? []).map(({ id, name, description }) => {
    const key = guidOf(`${judgement.resourceId}|${id}`);
    return {
      id: `${assessmentIdOf(judged)}/subAssessments/${key}`,
      name: key,
      type: 'Microsoft.Security/assessments/subAssessments',
      properties: {
        displayName: name,
        id: key.slice(0, 8),
        status: {
          code: 'Unhealthy',
          cause: '',
          severity: type.severity,
          description: 'The resource is unhealthy',
        },
        resourceDetails: { source: 'Azure', id },
        remediation: type.remediation,
        impact: '3',
        category: type.category,
        description,
        timeGenerated: at,
        additionalData: { assessedResourceType: 'GeneralVulnerability' },
      },
    };
  });
}

/** `Microsoft.Security/locations/tasks` 2015-06-01-preview: one for each unhealthy assessment. */
export function renderTask(judged: Judged): JsonObject {
  const { type, judgement, at } = judged;
  const [, , subscription = '', , group = ''] = judgement.resourceId.split('/');
  const name = guidOf(`task|${assessmentIdOf(judged)}`);
  return {
    id: `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Security/locations/westeurope/tasks/${name}`,
    name,
    type: 'Microsoft.Security/locations/tasks',
    properties: {
      state: 'Active',
      subState: 'NA',
      creationTimeUtc: at,
      lastStateChangeTimeUtc: at,
      securityTaskParameters: {
        name: type.displayName,
        severity: type.severity,
        assessmentKey: type.key,
        resourceId: judgement.resourceId,
        uniqueKey: `${type.key}_${judgement.resourceId}`,
      },
    },
  };
}

/** `Microsoft.Security/assessmentMetadata` 2021-06-01. */
export function renderMetadata(type: AssessmentType): JsonObject {
  return {
    id: `/providers/Microsoft.Security/assessmentMetadata/${type.key}`,
    name: type.key,
    type: 'Microsoft.Security/assessmentMetadata',
    properties: {
      displayName: type.displayName,
      policyDefinitionId: type.policyDefinitionId,
      description: type.description,
      remediationDescription: type.remediation,
      categories: [type.category],
      severity: type.severity,
      userImpact: type.userImpact,
      implementationEffort: type.implementationEffort,
      threats: type.threats,
      publishDates: { GA: '06/01/2021', public: '06/01/2021' },
      assessmentType: 'BuiltIn',
    },
  };
}
