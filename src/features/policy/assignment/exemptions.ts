import { compareMoments, parseMoment } from '../text/dates.ts';

/** An exemption as ARM describes it, as far as it decides. */
export interface Exemption {
  readonly id?: string;
  readonly category: 'waiver' | 'mitigated';
  /** ISO 8601; absent: without end. */
  readonly expiresOn?: string;
  /** Members of the initiative it is about; absent or empty: all. */
  readonly policyDefinitionReferenceIds?: readonly string[];
}

/** When, and as which member of an initiative, a policy is evaluated. */
export interface ExemptionMoment {
  readonly utcNow?: string | undefined;
  readonly definitionReferenceId?: string | undefined;
}

/**
 * The first exemption that is in force. Without a clock, one that expires counts as expired.
 * Source: learn.microsoft.com, "Azure Policy exemption structure".
 */
export function activeExemption(
  exemptions: readonly Exemption[],
  moment: ExemptionMoment,
): Exemption | undefined {
  return exemptions.find((exemption) => isAbout(exemption, moment) && !hasExpired(exemption, moment));
}

function isAbout(exemption: Exemption, moment: ExemptionMoment): boolean {
  const members = exemption.policyDefinitionReferenceIds ?? [];
  const wanted = moment.definitionReferenceId?.toLowerCase();
  return members.length === 0 || members.some((member) => member.toLowerCase() === wanted);
}

function hasExpired(exemption: Exemption, moment: ExemptionMoment): boolean {
  if (exemption.expiresOn === undefined) return false;
  const end = parseMoment(exemption.expiresOn);
  const now = moment.utcNow === undefined ? null : parseMoment(moment.utcNow);
  return end === null || now === null || compareMoments(now, end) >= 0;
}
