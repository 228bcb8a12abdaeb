import { type CostLine, type Metric, toLine } from '../lines.ts';

type Row = Readonly<Record<string, string>>;

/**
 * Names of columns in lower case, the first that is there counts: EA and MCA cost and usage details of all versions,
 * and FOCUS 1.0 ("Cost and usage details file schema", "FOCUS cost and usage details file schema").
 */
const COLUMNS = {
  subscription: ['subscriptionid', 'subscriptionguid', 'subaccountid'],
  resourceId: ['resourceid', 'instanceid'],
  day: ['date', 'usagedatetime', 'usagedate', 'chargeperiodstart'],
  currency: ['billingcurrency', 'billingcurrencycode', 'currency'],
} as const;
const AMOUNTS: Readonly<Record<Metric, readonly string[]>> = {
  ActualCost: ['costinbillingcurrency', 'cost', 'pretaxcost', 'billedcost'],
  AmortizedCost: ['costinbillingcurrency', 'cost', 'pretaxcost', 'effectivecost'],
};

/** The line of a row; `other` where it belongs to another subscription, undefined where it cannot be read. */
export function toExportLine(
  row: Row,
  { subscriptionId, metric }: { subscriptionId: string; metric: Metric },
): CostLine | 'other' | undefined {
  const owner = textOf(row, COLUMNS.subscription);
  // FOCUS names it by its ARM id.
  if (owner === undefined || !owner.toLowerCase().endsWith(subscriptionId.toLowerCase())) return 'other';
  return toLine({
    resourceId: textOf(row, COLUMNS.resourceId) ?? '',
    day: textOf(row, COLUMNS.day),
    amount: textOf(row, AMOUNTS[metric]),
    currency: textOf(row, COLUMNS.currency),
  });
}

function textOf(row: Row, names: readonly string[]): string | undefined {
  const name = names.find((each) => row[each] !== undefined);
  return name === undefined ? undefined : row[name];
}
