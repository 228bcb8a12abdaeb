import type { QueryPage } from './azure.ts';
import type { Day, Month } from './days.ts';
import { firstDay, isDay, lastDay } from './days.ts';

/** What one resource cost on one day, in one currency. */
export type CostLine = {
  /** ARM id as Azure wrote it; empty for what belongs to no resource (purchases, support …). */
  readonly resourceId: string;
  readonly day: Day;
  readonly amount: number;
  /** ISO 4217, in upper case. */
  readonly currency: string;
};

export const METRICS = ['ActualCost', 'AmortizedCost'] as const;
/** Actual: as billed. Amortized: purchases of reservations and savings plans spread over their term. */
export type Metric = (typeof METRICS)[number];

/** What Query - Usage is asked for one month: cost by day and resource. */
export function queryOf(metric: Metric, month: Month) {
  return {
    type: metric,
    timeframe: 'Custom',
    timePeriod: { from: `${firstDay(month)}T00:00:00Z`, to: `${lastDay(month)}T23:59:59Z` },
    dataset: {
      granularity: 'Daily',
      aggregation: { totalCost: { name: 'Cost', function: 'Sum' } },
      grouping: [{ type: 'Dimension', name: 'ResourceId' }],
    },
  };
}

/** Names that the columns have had in versions and kinds of accounts, the first that is there counts. */
const COLUMNS = {
  amount: ['Cost', 'PreTaxCost', 'totalCost', 'CostInBillingCurrency'],
  day: ['UsageDate', 'Date'],
  resourceId: ['ResourceId'],
  currency: ['Currency', 'BillingCurrency', 'BillingCurrencyCode'],
} as const;
export type Column = keyof typeof COLUMNS;

/** Lines of a page, and how many rows could not be read. @throws where a column is missing */
export function linesOf({ properties }: QueryPage): { lines: CostLine[]; malformed: number } {
  const rows = properties.rows ?? [];
  const names = properties.columns.map(({ name }) => name.toLowerCase());
  const place = (column: Column) =>
    COLUMNS[column].map((name) => names.indexOf(name.toLowerCase())).find((index) => index >= 0);
  const [amount, day, resource, currency] = (['amount', 'day', 'resourceId', 'currency'] as const).map(place);
  if (rows.length === 0) return { lines: [], malformed: 0 };
  if (amount === undefined || day === undefined || currency === undefined)
    throw new TypeError(`the columns are ${names.join(', ')}: cost, date or currency is not among them`);
  const lines = rows.flatMap((row) => {
    const line = toLine({
      resourceId: resource === undefined ? '' : row[resource],
      day: row[day],
      amount: row[amount],
      currency: row[currency],
    });
    return line ? [line] : [];
  });
  return { lines, malformed: rows.length - lines.length };
}

/** A line of values as they were sent; undefined where date, amount or currency is none. */
export function toLine(values: Readonly<Record<Column, unknown>>): CostLine | undefined {
  const amount =
    typeof values.amount === 'string' && values.amount === '' ? Number.NaN : Number(values.amount);
  const day = toDay(textOf(values.day));
  const currency = textOf(values.currency).toUpperCase();
  if (!Number.isFinite(amount) || day === undefined || !/^[A-Z]{3}$/.test(currency)) return undefined;
  return {
    resourceId: typeof values.resourceId === 'string' ? values.resourceId : '',
    day,
    amount,
    currency,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `20250131` of queries, `2025-01-31…` of FOCUS, `01/31/2025` of EA and MCA exports. */
function toDay(text: string): Day | undefined {
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(text);
  const day = compact
    ? `${compact[1]}-${compact[2]}-${compact[3]}`
    : american
      ? `${american[3]}-${american[1]?.padStart(2, '0')}-${american[2]?.padStart(2, '0')}`
      : text.slice(0, 10);
  return isDay(day) ? day : undefined;
}
