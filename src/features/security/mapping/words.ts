/** Severities and risk levels in one order, gravest first; `unknown` is what Azure says that we do not know. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * A severity of metadata, sub-assessments (High, Medium, Low), alerts (also Informational) or a risk level (also
 * Critical, None), in any case. Microsoft.Security enumerations are open: anything else is `unknown`.
 */
export function toSeverity(given: string | undefined): Severity {
  const lower = given?.toLowerCase();
  if (lower === 'none') return 'informational';
  return SEVERITIES.find((severity) => severity === lower) ?? 'unknown';
}

/** One digit that sorts the gravest first. */
export function rankOf(severity: Severity): string {
  return String(SEVERITIES.indexOf(severity));
}

/** The spelling of a documented value, whatever case it came in (Azure's own examples mix them); else as given. */
export function spelledAs(known: readonly string[], given: string | undefined): string {
  if (given === undefined) return 'Unknown';
  return known.find((value) => value.toLowerCase() === given.toLowerCase()) ?? given;
}

export const ASSESSMENT_STATES = ['Healthy', 'Unhealthy', 'NotApplicable'] as const;
export const ALERT_STATES = ['Active', 'InProgress', 'Resolved', 'Dismissed'] as const;
export const CONTROL_STATES = ['Passed', 'Failed', 'Skipped', 'Unsupported'] as const;

/** ISO 8601 with milliseconds, or null for what is no time. Azure sends seven decimals. */
export function toTime(given: string | undefined): string | null {
  const time = Date.parse(given ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
