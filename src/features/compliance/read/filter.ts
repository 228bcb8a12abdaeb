import type { Standing } from '../evaluation/outcomes.ts';
import type { PairInfo } from '../plan/pair.ts';
import type { FindingsQuery } from '../schema.ts';
import type { Findings } from './findingsIndex.ts';

/** What is asked of a finding itself, apart from its resource. */
export type PairFilter = Pick<
  FindingsQuery,
  'severity' | 'policyId' | 'assignmentId' | 'framework' | 'state' | 'since'
>;

/** Which pairs are asked for, by what is known of them. */
export function pairMatches(
  filter: Omit<PairFilter, 'state' | 'since'>,
  info: PairInfo | undefined,
): boolean {
  if (!info) return false;
  const { severity, policyId, assignmentId, framework } = filter;
  return (
    (!severity || severity.includes(info.severity)) &&
    (!policyId || policyId.some((id) => isAny(id, [info.policyId, info.definitionId, info.initiativeId]))) &&
    (!assignmentId || assignmentId.some((id) => isAny(id, [info.assignmentId, info.assignmentShortId]))) &&
    (!framework || framework.some((name) => hasFramework(info, name)))
  );
}

function isAny(wanted: string, ids: readonly (string | undefined)[]): boolean {
  return ids.some((id) => id?.toLowerCase() === wanted.toLowerCase());
}

/** `CIS` or `CIS=3.1`: a framework, or one control of it. */
function hasFramework({ frameworks }: PairInfo, wanted: string): boolean {
  const [name = '', control] = wanted.toLowerCase().split('=');
  return Object.entries(frameworks).some(
    ([framework, controls]) =>
      framework.toLowerCase() === name &&
      (control === undefined || controls.some((each) => each.toLowerCase() === control)),
  );
}

/** Picks the findings that are asked for; equal findings are looked at once. */
export function findingsMatcher(
  filter: PairFilter,
  infoOf: (code: string) => PairInfo | undefined,
): (findings: Findings) => Findings {
  const pairs = new Map<string, boolean>();
  const known = new Map<Findings, Findings>();
  const states = new Set<string>(filter.state ?? ['nonCompliant']);
  const since = filter.since === undefined ? 0 : Date.parse(filter.since) / 1000;
  function matches([code, standing]: readonly [string, Standing]): boolean {
    if (!states.has(standing.state) || standing.since < since) return false;
    const match = pairs.get(code) ?? pairMatches(filter, infoOf(code));
    pairs.set(code, match);
    return match;
  }
  return (findings) => {
    const chosen = known.get(findings) ?? findings.filter(matches);
    known.set(findings, chosen);
    return chosen;
  };
}
