import type { Metadata } from '../azure.ts';
import type { Frameworks } from './frameworks.ts';
import { toSteps } from './remediation.ts';
import { type Severity, toSeverity } from './words.ts';

const EFFORTS = ['low', 'moderate', 'high'] as const;
export type Effort = (typeof EFFORTS)[number] | 'unknown';

/** What is the same for all assessments of one kind in a subscription. */
export type Definition = {
  /** Assessment name: for built-in ones a GUID, the same everywhere. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly remediation: readonly string[];
  readonly effort: Effort;
  readonly userImpact: Effort;
  readonly categories: readonly string[];
  readonly threats: readonly string[];
  readonly policyDefinitionId: string | null;
  readonly preview: boolean;
  readonly frameworks: Frameworks;
  /** Secure score control that it counts for. */
  readonly control: string | null;
  readonly counts: { readonly healthy: number; readonly unhealthy: number; readonly notApplicable: number };
};

/** Low, Moderate or High, as metadata has `implementationEffort` and `userImpact` (assessmentMetadata 2021-06-01). */
export function toEffort(given: string | undefined): Effort {
  return EFFORTS.find((effort) => effort === given?.toLowerCase()) ?? 'unknown';
}

/**
 * Effort of a remediation: the higher of what it takes to implement and what its users notice of it, since either
 * alone decides how it has to be planned. Unknown only where Azure says neither.
 */
export function estimateEffort(implementation: Effort, userImpact: Effort): Effort {
  const known = [implementation, userImpact].filter((effort) => effort !== 'unknown');
  return EFFORTS.findLast((effort) => known.includes(effort)) ?? 'unknown';
}

export function toDefinition(
  key: string,
  metadata: Metadata,
  more: Pick<Definition, 'frameworks' | 'control' | 'counts'>,
): Definition {
  return {
    key,
    name: metadata.displayName ?? key,
    description: metadata.description ?? '',
    severity: toSeverity(metadata.severity),
    remediation: toSteps(metadata.remediationDescription),
    effort: toEffort(metadata.implementationEffort),
    userImpact: toEffort(metadata.userImpact),
    categories: metadata.categories,
    threats: metadata.threats,
    policyDefinitionId: metadata.policyDefinitionId ?? null,
    preview: metadata.preview,
    ...more,
  };
}

/**
 * Share of the judged resources that are healthy, in percent with one decimal: how secure score weighs a control
 * ("Secure score calculation", Defender for Cloud: max score × healthy / (healthy + unhealthy)). Null where none was judged.
 */
export function scoreOf({ healthy, unhealthy }: Definition['counts']): number | null {
  const judged = healthy + unhealthy;
  return judged === 0 ? null : Math.round((healthy / judged) * 1000) / 10;
}
