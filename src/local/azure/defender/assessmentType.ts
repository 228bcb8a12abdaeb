import type { Json, JsonObject, Resource } from '../estate/model.ts';

export type Verdict = 'Healthy' | 'Unhealthy' | 'NotApplicable';
export type Judgement = {
  /** Id of what is judged: the resource, or a part of it such as a subnet. */
  readonly resourceId: string;
  readonly verdict: Verdict;
  readonly cause?: string;
  readonly description?: string;
  /** Single faults, which become sub-assessments. */
  readonly findings?: readonly { readonly id: string; readonly name: string; readonly description: string }[];
};
export type Find = (id: string) => Resource | undefined;

/**
 * A built-in assessment of Defender for Cloud: its key, names, severity and related policy are Microsoft's
 * ("Reference list of security recommendations"); what it judges here is the estate's document.
 */
export type AssessmentType = {
  readonly key: string;
  readonly displayName: string;
  readonly description: string;
  readonly remediation: string;
  readonly severity: 'High' | 'Medium' | 'Low';
  readonly userImpact: 'Low' | 'Moderate' | 'High';
  readonly implementationEffort: 'Low' | 'Moderate' | 'High';
  readonly policyDefinitionId: string;
  readonly category: string;
  readonly threats: readonly string[];
  /** Resource type in lower case. */
  readonly type: string;
  readonly judge: (resource: Resource, find: Find) => readonly Judgement[];
};

/** Judges by one condition. */
export function when(isHealthy: (properties: JsonObject, resource: Resource) => boolean | undefined) {
  return (resource: Resource): readonly Judgement[] => {
    const verdict = isHealthy(resource.properties ?? {}, resource);
    if (verdict === undefined)
      return [{ resourceId: resource.id, verdict: 'NotApplicable', cause: 'OutOfScope' }];
    return [{ resourceId: resource.id, verdict: verdict ? 'Healthy' : 'Unhealthy' }];
  };
}

export function objectsOf(value: Json): readonly JsonObject[] {
  return Array.isArray(value)
    ? value.filter(
        (item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item),
      )
    : [];
}

export function objectOf(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
