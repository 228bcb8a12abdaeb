import { Failure } from '#platform/failure.ts';
import type { PairInfo } from '../plan/pair.ts';
import {
  ALL,
  addTallies,
  Counting,
  type Counts,
  EMPTY,
  percentage,
  type Tally,
  totalOf,
} from '../rows/counts.ts';
import type { ComplianceSummary, StateCounts, SummaryQuery } from '../schema.ts';
import type { Room } from '../work/room.ts';
import { pairMatches } from './filter.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/**
 * Counts and percentages of a scope. Subscriptions and management groups cost a point read a segment, whatever they
 * hold; a resource group the rows of its resources.
 */
export async function summarize(query: SummaryQuery, room: Room): Promise<ComplianceSummary> {
  await room.store.registry.reload();
  const counts = query.resourceGroup
    ? await countsOfGroups(query, room)
    : await countsOfSegments(query, room);
  const infos = room.store.registry.all().filter((info) => pairMatches(query, info));
  const tallyOf = (of: readonly PairInfo[]) =>
    of.reduce<Tally>((sum, { code }) => addTallies(sum, counts[code] ?? EMPTY), EMPTY);
  const isWhole = !(query.policyId || query.assignmentId || query.framework || query.severity);
  const counted = infos.filter(({ code }) => counts[code]);
  return {
    resources: isWhole ? toCounts(counts[ALL] ?? EMPTY) : null,
    evaluations: toCounts(tallyOf(counted)),
    by_severity: SEVERITIES.map((severity) => ({
      severity,
      ...toCounts(tallyOf(counted.filter((info) => info.severity === severity))),
    })).filter(({ total }) => total > 0),
    by_framework: byFramework(counted, tallyOf),
    by_assignment: [...Map.groupBy(counted, ({ assignmentCode }) => assignmentCode)]
      .map(([code, pairs]) => ({
        assignment_id: pairs[0]?.assignmentId ?? '',
        assignment_name: pairs[0]?.assignmentName ?? '',
        ...toCounts(counts[code] ?? EMPTY),
      }))
      .sort(worstFirst),
    by_policy: [...Map.groupBy(counted, ({ definitionId }) => definitionId.toLowerCase())]
      .map(([, pairs]) => ({
        policy_id: pairs[0]?.policyId ?? '',
        policy_name: pairs[0]?.policyName ?? '',
        severity: pairs[0]?.severity ?? 'medium',
        ...toCounts(tallyOf(pairs)),
      }))
      .sort(worstFirst),
  };
}

function byFramework(counted: readonly PairInfo[], tallyOf: (of: readonly PairInfo[]) => Tally) {
  const names = [...new Set(counted.flatMap(({ frameworks }) => Object.keys(frameworks)))].sort();
  return names.map((framework) => {
    const pairs = counted.filter(({ frameworks }) => frameworks[framework]);
    const controls = [...new Set(pairs.flatMap(({ frameworks }) => frameworks[framework] ?? []))].sort();
    return {
      framework,
      ...toCounts(tallyOf(pairs)),
      controls: controls.map((control) => ({
        control,
        ...toCounts(tallyOf(pairs.filter(({ frameworks }) => frameworks[framework]?.includes(control)))),
      })),
    };
  });
}

async function countsOfSegments(query: SummaryQuery, room: Room): Promise<Counts> {
  const heads = await room.findings.heads();
  const { ancestors } = (await room.plans.current()).snapshot;
  const groups = query.managementGroup?.map((group) => group.toLowerCase());
  const chosen = [...heads].filter(([segment]) => {
    if (query.subscriptionId && !query.subscriptionId.some((id) => id.toLowerCase() === segment))
      return false;
    return !groups || (ancestors.get(segment) ?? []).some((above) => groups.includes(above));
  });
  return chosen.reduce<Counts>((sum, [, { counts }]) => addCounts(sum, counts), {});
}

async function countsOfGroups(query: SummaryQuery, room: Room): Promise<Counts> {
  if (query.managementGroup) {
    const problem = {
      field: 'managementGroup',
      reason: 'cannot be combined with resourceGroup',
      fix: 'give subscriptionId instead',
    };
    throw new Failure('invalid', 'the query is not valid', { problems: [problem] });
  }
  const { hits } = await room.catalogue.query({
    filter: {
      ...(query.subscriptionId && { segments: query.subscriptionId }),
      ...(query.resourceGroup && { resourceGroups: query.resourceGroup }),
    },
    sort: 'id',
    descending: false,
    limit: Number.MAX_SAFE_INTEGER,
  });
  const counting = new Counting({}, (code) => room.store.registry.get(code)?.assignmentCode);
  for (const [segment, own] of Map.groupBy(hits, (hit) => hit.segment)) {
    const rows = await room.store.rows(segment).many(own.map(({ key }) => key));
    for (const { outcomes } of rows.values()) counting.exchange(undefined, outcomes);
  }
  return counting.counts;
}

function addCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, Tally> = { ...a };
  for (const [name, tally] of Object.entries(b)) sum[name] = addTallies(sum[name] ?? EMPTY, tally);
  return sum;
}

export function toCounts(tally: Tally): StateCounts {
  const [nonCompliant = 0, compliant = 0, exempt = 0, error = 0, needsData = 0] = tally;
  const total = totalOf(tally);
  return {
    total,
    non_compliant: nonCompliant,
    compliant,
    exempt,
    error,
    needs_data: needsData,
    compliance_percentage: percentage(tally, total),
  };
}

function worstFirst(a: StateCounts, b: StateCounts): number {
  return b.non_compliant - a.non_compliant || b.total - a.total;
}
