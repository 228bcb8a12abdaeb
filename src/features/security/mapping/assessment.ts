import { keyOf } from '#features/connectors/index.ts';
import type { Assessment, SubAssessment } from '../azure.ts';
import { ASSESSMENT_STATES, type Severity, spelledAs, toSeverity, toTime } from './words.ts';

/** One assessment of one resource; what all of its kind share stands in the definition. */
export type AssessmentRecord = {
  readonly id: string;
  readonly key: string;
  readonly resourceId: string;
  readonly name: string | null;
  readonly status: string;
  readonly cause: string | null;
  readonly description: string | null;
  readonly firstEvaluated: string | null;
  readonly changed: string | null;
  readonly risk: Severity | null;
};

export type FindingRecord = {
  readonly id: string;
  readonly code: string | null;
  readonly name: string;
  readonly status: string;
  readonly cause: string | null;
  readonly severity: Severity;
  readonly description: string;
  readonly remediation: string;
  readonly impact: string;
  readonly category: string;
  readonly cve: readonly string[];
  readonly generated: string | null;
};

const OF_ASSESSMENT =
  /^(.*)\/providers\/microsoft\.security\/assessments\/([^/]+)(?:\/subassessments\/([^/]+))?$/i;

/** What an assessment's or sub-assessment's id says; undefined for any other id. */
export function parseAssessmentId(
  id: string,
): { resourceId: string; key: string; finding: string | undefined } | undefined {
  const [, resourceId, key, finding] = OF_ASSESSMENT.exec(id) ?? [];
  return resourceId !== undefined && key !== undefined ? { resourceId, key, finding } : undefined;
}

/** Row key of an assessment: those of a resource stand together. */
export function assessmentRowKey({ resourceId, key }: { resourceId: string; key: string }): string {
  return `${keyOf(resourceId)}${keyOf(key).slice(0, 16)}`;
}

/** Undefined where the id is not one of an assessment. */
export function toAssessment({ id, properties }: Assessment): AssessmentRecord | undefined {
  const place = parseAssessmentId(id);
  if (!place) return undefined;
  const { status, risk, displayName } = properties;
  return {
    id,
    key: place.key,
    resourceId: place.resourceId,
    name: displayName ?? null,
    status: spelledAs(ASSESSMENT_STATES, status.code),
    cause: status.cause || null,
    description: status.description || null,
    firstEvaluated: toTime(status.firstEvaluationDate),
    changed: toTime(status.statusChangeDate),
    risk: risk.level === undefined ? null : toSeverity(risk.level),
  };
}

export function toFinding({ id, name, properties }: SubAssessment): FindingRecord {
  const { status, additionalData } = properties;
  return {
    id,
    code: properties.id ?? null,
    name: properties.displayName ?? name ?? id,
    status: spelledAs(ASSESSMENT_STATES, status.code),
    cause: status.cause || null,
    severity: toSeverity(status.severity),
    description: properties.description ?? status.description ?? '',
    remediation: properties.remediation ?? '',
    impact: properties.impact ?? '',
    category: properties.category ?? '',
    cve: vulnerabilitiesIn(additionalData),
    generated: toTime(properties.timeGenerated),
  };
}

/** `cve` lists them by title; Defender Vulnerability Management gives one a finding (`vulnerabilityDetails.cveId`). */
function vulnerabilitiesIn({ cve, vulnerabilityDetails }: Readonly<Record<string, unknown>>): string[] {
  const listed = Array.isArray(cve) ? cve.map((one) => Object(one).title as unknown) : [];
  return [...listed, Object(vulnerabilityDetails).cveId as unknown].filter((id) => typeof id === 'string');
}
