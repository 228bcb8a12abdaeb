import type { AzureBudget } from '../azure.ts';

/** A level of a budget at which Azure notifies somebody, and whether it is crossed. */
export type Threshold = {
  /** Per cent of the amount. */
  readonly percent: number;
  /** `Actual`: what was spent; `Forecasted`: what will have been spent at the end of the period. */
  readonly type: string;
  readonly isCrossed: boolean;
};

/** A budget of a subscription or of one of its resource groups, with how it stands. */
export type BudgetRecord = {
  readonly id: string;
  readonly name: string;
  /** ARM id of what it is for. */
  readonly scope: string;
  readonly category: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly timeGrain: string | null;
  /** First day of the present period, `YYYY-MM-DD`. */
  readonly periodStart: string | null;
  readonly spent: number | null;
  readonly forecast: number | null;
  readonly thresholds: readonly Threshold[];
};

/** Months of a period (Budgets, `timeGrain`); Azure may add others. */
const MONTHS: Readonly<Record<string, number>> = {
  monthly: 1,
  billingmonth: 1,
  quarterly: 3,
  billingquarter: 3,
  annually: 12,
  billingannual: 12,
};
const EXTENSION = '/providers/microsoft.consumption/budgets/';

export function toBudget({ id: given, name, properties = {} }: AzureBudget, now: Date): BudgetRecord {
  const id = given.startsWith('/') ? given : `/${given}`;
  const { amount, category, timeGrain, timePeriod, currentSpend, forecastSpend, notifications } = properties;
  const end = id.toLowerCase().lastIndexOf(EXTENSION);
  const [spent, forecast] = [currentSpend?.amount, forecastSpend?.amount];
  const thresholds = Object.values(notifications ?? {}).flatMap((notification): Threshold[] => {
    const {
      enabled = true,
      operator,
      threshold: percent,
      thresholdType: type = 'Actual',
    } = notification ?? {};
    if (!enabled || percent === undefined) return [];
    const value = type.toLowerCase() === 'forecasted' ? forecast : spent;
    return [{ percent, type, isCrossed: isCrossed({ value, level: percent, amount, operator }) }];
  });
  return {
    id,
    name,
    scope: end > 0 ? id.slice(0, end) : id,
    category: category ?? null,
    amount: amount ?? null,
    currency: currentSpend?.unit ?? forecastSpend?.unit ?? null,
    timeGrain: timeGrain ?? null,
    periodStart: periodStart({ timeGrain, start: timePeriod?.startDate, now }),
    spent: spent ?? null,
    forecast: forecast ?? null,
    thresholds: thresholds.toSorted((left, right) => left.percent - right.percent),
  };
}

function isCrossed(given: {
  value: number | undefined;
  level: number;
  amount: number | undefined;
  operator: string | undefined;
}): boolean {
  const { value, level, amount, operator = 'GreaterThan' } = given;
  if (value === undefined || amount === undefined) return false;
  const limit = (amount * level) / 100;
  if (operator.toLowerCase() === 'greaterthan') return value > limit;
  return operator.toLowerCase() === 'equalto' ? value === limit : value >= limit;
}

/** Periods are counted from the start of the budget, in whole months. */
function periodStart(given: {
  timeGrain: string | undefined;
  start: string | undefined;
  now: Date;
}): string | null {
  const months = MONTHS[given.timeGrain?.toLowerCase() ?? ''];
  const start = new Date(given.start ?? '');
  if (months === undefined || Number.isNaN(start.getTime())) return null;
  const { now } = given;
  const since =
    (now.getUTCFullYear() - start.getUTCFullYear()) * 12 + now.getUTCMonth() - start.getUTCMonth();
  const month = start.getUTCMonth() + Math.max(0, Math.floor(since / months)) * months;
  return new Date(Date.UTC(start.getUTCFullYear(), month, 1)).toISOString().slice(0, 10);
}
