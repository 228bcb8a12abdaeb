import { type SyncRun, toColumns } from '#features/connectors/index.ts';
import { resourceKey } from '#features/inventory/index.ts';
import { addMoney, type Money, type RecentCosts, toMoney } from '../recent.ts';
import type { CostStore } from '../store.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A violation, as compliance tells it. */
export type Violation = {
  readonly resourceId: string;
  readonly policyId: string;
  readonly policyName: string;
  readonly severity: Severity;
};
/** Violations of a subscription, those of one resource together. */
export type ViolationsOf = (tenantId: string, subscriptionId: string) => AsyncIterable<readonly Violation[]>;

export type Share = { readonly resources: number; readonly costs: readonly Money[] };
export type PolicyShare = Share & Omit<Violation, 'resourceId'>;
/** What violating resources of a subscription cost: one row. */
export type NonComplianceRecord = {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** Each resource once. */
  readonly whole: Share;
  /** Each resource once, under the worst that it violates. */
  readonly bySeverity: Readonly<Partial<Record<Severity, Share>>>;
  /** A resource counts for every policy that it violates. */
  readonly byPolicy: readonly PolicyShare[];
};

type Sum = { resources: number; readonly costs: Map<string, number> };

/** Adds up what violating resources cost, in one pass over the judgements, and keeps the sums. */
export async function syncNonCompliance(
  run: SyncRun,
  { store, violationsOf }: { store: CostStore; violationsOf: ViolationsOf },
  recent: RecentCosts,
): Promise<void> {
  const { tenantId, subscriptionId, clock } = run;
  const sums = new Sums(recent);
  for await (const page of violationsOf(tenantId, subscriptionId)) for (const one of page) sums.add(one);
  const record: NonComplianceRecord = {
    at: clock.now().toISOString(),
    from: recent.from,
    to: recent.to,
    ...sums.result(),
  };
  const row = toColumns(record);
  await store.partition(subscriptionId, 'nonCompliance').write({ kind: 'upsert', rowKey: 'all', row });
  run.counts.violating_resources = record.whole.resources;
}

class Sums {
  readonly #recent: RecentCosts;
  readonly #whole = emptySum();
  readonly #bySeverity = new Map<Severity, Sum>();
  readonly #byPolicy = new Map<string, Sum & Omit<Violation, 'resourceId'>>();
  #resourceId: string | undefined;
  #violated = new Map<string, Violation>();

  constructor(recent: RecentCosts) {
    this.#recent = recent;
  }

  add(violation: Violation): void {
    if (violation.resourceId !== this.#resourceId) this.#close();
    this.#resourceId = violation.resourceId;
    this.#violated.set(violation.policyId, violation);
  }

  result(): Pick<NonComplianceRecord, 'whole' | 'bySeverity' | 'byPolicy'> {
    this.#close();
    return {
      whole: toShare(this.#whole),
      bySeverity: Object.fromEntries([...this.#bySeverity].map(([name, sum]) => [name, toShare(sum)])),
      byPolicy: [...this.#byPolicy.values()].map(({ policyId, policyName, severity, ...sum }) => ({
        policyId,
        policyName,
        severity,
        ...toShare(sum),
      })),
    };
  }

  /** Takes a resource whose violations are all known. */
  #close(): void {
    if (this.#resourceId === undefined) return;
    const money = this.#recent.byKey.get(resourceKey(this.#resourceId)) ?? [];
    const violated = [...this.#violated.values()];
    const worst = SEVERITIES.find((name) => violated.some(({ severity }) => severity === name)) ?? 'low';
    const ofSeverity = this.#bySeverity.get(worst) ?? emptySum();
    this.#bySeverity.set(worst, ofSeverity);
    const ofPolicies = violated.map(({ policyId, policyName, severity }) => {
      const sum = this.#byPolicy.get(policyId) ?? { policyId, policyName, severity, ...emptySum() };
      this.#byPolicy.set(policyId, sum);
      return sum;
    });
    for (const sum of [this.#whole, ofSeverity, ...ofPolicies]) {
      sum.resources += 1;
      addMoney(sum.costs, money);
    }
    this.#resourceId = undefined;
    this.#violated = new Map();
  }
}

function emptySum(): Sum {
  return { resources: 0, costs: new Map() };
}

function toShare({ resources, costs }: Sum): Share {
  return { resources, costs: toMoney(costs) };
}
