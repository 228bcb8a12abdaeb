import { fromColumns } from '#features/connectors/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Row } from '#platform/tables.ts';
import { pageOf } from '../read/paging.ts';
import { addMoney, toMoney } from '../recent.ts';
import type { NonComplianceCosts, NonComplianceQuery } from '../schema.ts';
import type { CostStore } from '../store.ts';
import { type NonComplianceRecord, type PolicyShare, SEVERITIES, type Share } from './sync.ts';

const AT_A_TIME = 16;
const NO_SHARE: Share = { resources: 0, costs: [] };

/** What violating resources cost, by severity and policy: one row of each subscription. @throws Failure `invalid` */
export async function readNonCompliance(
  query: NonComplianceQuery,
  subscriptions: readonly string[],
  store: CostStore,
): Promise<Omit<NonComplianceCosts, 'gaps'>> {
  const rows = await mapConcurrently(subscriptions, AT_A_TIME, (subscriptionId) =>
    store.partition(subscriptionId, 'nonCompliance').get<Row>('all'),
  );
  const records = rows.flatMap((row) => (row ? [fromColumns<NonComplianceRecord>(row)] : []));
  const policies = Map.groupBy(
    records.flatMap(({ byPolicy }) => byPolicy),
    ({ policyId }) => policyId,
  );
  const wanted = [...policies.values()]
    .flatMap(toPolicyView)
    .filter(({ severity }) => !query.severity || query.severity.includes(severity));
  return {
    as_of: records.map(({ at }) => at).sort()[0] ?? null,
    from: records.map(({ from }) => from).sort()[0] ?? null,
    to:
      records
        .map(({ to }) => to)
        .sort()
        .at(-1) ?? null,
    ...toView(records.map(({ whole }) => whole)),
    by_severity: SEVERITIES.map((severity) => ({
      severity,
      ...toView(records.map(({ bySeverity }) => bySeverity[severity] ?? NO_SHARE)),
    })),
    ...pageOf(wanted, { ...query, placeOf }),
  };
}

function toPolicyView(shares: readonly PolicyShare[]) {
  const [first] = shares;
  if (!first) return [];
  const { policyId, policyName, severity } = first;
  return [{ policy_id: policyId, policy_name: policyName, severity, ...toView(shares) }];
}

function toView(shares: readonly Share[]) {
  const sums = new Map<string, number>();
  for (const { costs } of shares) addMoney(sums, costs);
  return { resources: shares.reduce((sum, { resources }) => sum + resources, 0), costs: toMoney(sums) };
}

/** By the largest amount, whatever its currency. */
function placeOf({ costs, policy_id }: ReturnType<typeof toPolicyView>[number]): [number, string] {
  return [-Math.max(0, ...costs.map(({ cost }) => cost)), policy_id];
}
