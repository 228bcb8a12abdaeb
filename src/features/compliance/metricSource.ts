import type { MetricSource } from '#features/metrics/index.ts';
import type { State } from './evaluation/outcomes.ts';
import type { StoredOutcomes } from './rows/rows.ts';
import type { ComplianceStore } from './rows/store.ts';

const NAMES: Readonly<Record<State, string>> = {
  compliant: 'compliant',
  nonCompliant: 'non_compliant',
  exempt: 'exempt',
  error: 'error',
  needsData: 'needs_data',
};

/** Evaluations of each resource by state, and whether it complies with all that applies to it. */
export function complianceSource(storeOf: (tenantId: string) => ComplianceStore): MetricSource {
  return {
    async *collect({ tenantId, segment }) {
      for await (const page of storeOf(tenantId).rows(segment).pages()) {
        yield page.map((stored) => ({
          section: 'compliance',
          numbers: numbersOf(stored),
          resourceId: stored.id,
        }));
      }
    },
  };
}

function numbersOf({ outcomes }: StoredOutcomes): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { state } of outcomes.values()) numbers[NAMES[state]] = (numbers[NAMES[state]] ?? 0) + 1;
  const complies = numbers.non_compliant === undefined && numbers.error === undefined;
  return { ...numbers, [complies ? 'resources_compliant' : 'resources_non_compliant']: 1 };
}
