import { addDays, type Day, monthOf } from './days.ts';
import { costKeyOf } from './monthCosts.ts';
import { amountsOf } from './read/period.ts';
import { toCents } from './read/sums.ts';
import type { CostStore } from './store.ts';

export type Money = { readonly currency: string; readonly cost: number };
/** What each resource of a subscription cost in thirty days, by its key; in each currency. */
export type RecentCosts = {
  readonly from: Day;
  readonly to: Day;
  readonly byKey: ReadonlyMap<string, readonly Money[]>;
};

const DAYS = 30;
/** Charges come up to three days late. */
const LATE_DAYS = 3;

/** The last thirty days that are complete; two months of rows are read. */
export async function recentCosts(
  store: CostStore,
  subscriptionId: string,
  today: Day,
): Promise<RecentCosts> {
  const to = addDays(today, -LATE_DAYS);
  const from = addDays(to, 1 - DAYS);
  const sums = new Map<string, Map<string, number>>();
  for await (const rows of store.resources(subscriptionId, { from: monthOf(from), to: monthOf(to) })) {
    for (const row of rows) {
      const own = sums.get(costKeyOf(row.id)) ?? new Map<string, number>();
      sums.set(costKeyOf(row.id), own);
      for (const [, , amount] of amountsOf(row, { from, to, granularity: 'daily' }))
        own.set(row.currency, (own.get(row.currency) ?? 0) + amount);
    }
  }
  const byKey = new Map([...sums].map(([key, own]) => [key, toMoney(own)]));
  return { from, to, byKey };
}

/** Sums by currency as money, in the order of the currencies. */
export function toMoney(sums: ReadonlyMap<string, number>): Money[] {
  return [...sums]
    .map(([currency, cost]) => ({ currency, cost: toCents(cost) }))
    .sort((one, other) => (one.currency < other.currency ? -1 : 1));
}

/** Adds money to sums by currency. */
export function addMoney(sums: Map<string, number>, money: readonly Money[]): void {
  for (const { currency, cost } of money) sums.set(currency, (sums.get(currency) ?? 0) + cost);
}
