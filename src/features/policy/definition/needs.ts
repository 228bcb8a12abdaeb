import type { Effect } from '../effects/effect.ts';
import type { Mode } from './modes.ts';

/** What a definition can be judged from. */
export type Evidence =
  /** The one ARM document, with at most the clock, the request and its group or subscription. */
  | 'resource'
  /** Other resources of the estate too. */
  | 'related'
  /** Data that is not in the estate: assessments, attestations, a cluster. */
  | 'other'
  /** Nothing: its condition is literally false. */
  | 'nothing';

/** Related types that are not resources but results of other services' examinations. */
const ASSESSMENTS = [
  /^microsoft\.guestconfiguration\//,
  /^microsoft\.security\/(?:assessments|assessmentmetadata|complianceresults|subassessments)/,
];

/** What decides the evidence of a definition. */
export interface EvidenceOf {
  readonly mode: Mode;
  readonly never: boolean;
  /** Effects that the definition may be assigned with. */
  readonly effects: readonly Effect[];
  /** Type of the related resource, where it is literal. */
  readonly relatedType: string | null;
}

/** What a definition needs to be judged. */
export function evidenceFor(of: EvidenceOf): Evidence {
  if (of.mode.kind === 'dataPlane') return 'other';
  const evaluations = new Set(of.effects.map((effect) => effect.evaluation));
  if (evaluations.has('attestation') || evaluations.has('external')) return 'other';
  if (of.never) return 'nothing';
  if (!evaluations.has('related')) return 'resource';
  return isAssessment(of.relatedType ?? '') ? 'other' : 'related';
}

export function isAssessment(type: string): boolean {
  const lower = type.toLowerCase();
  return ASSESSMENTS.some((pattern) => pattern.test(lower));
}
