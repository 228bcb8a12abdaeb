import { fromColumns, listRows } from '#features/connectors/index.ts';
import type { CostStore } from '../store.ts';
import type { BudgetRecord } from './record.ts';
import type { Budget, BudgetsQuery } from './schema.ts';
import { BUDGETS } from './sync.ts';

/** A page of the budgets of these subscriptions. */
export function listBudgets(
  { isCrossed, limit, cursor }: BudgetsQuery,
  subscriptions: readonly string[],
  store: CostStore,
): Promise<{ items: Budget[]; nextCursor: string | null }> {
  const sources = subscriptions.map((name) => ({ name, partition: store.partition(name, 'budgets') }));
  return listRows(sources, {
    range: { from: BUDGETS, to: `${BUDGETS}~` },
    limit,
    cursor,
    accept: (row, { name }) => {
      const budget = toAnswer(fromColumns<BudgetRecord>(row), name);
      return isCrossed === undefined || budget.is_crossed === isCrossed ? budget : undefined;
    },
  });
}

function toAnswer(budget: BudgetRecord, subscriptionId: string): Budget {
  const { timeGrain, periodStart, thresholds, amount, spent, ...rest } = budget;
  return {
    ...rest,
    subscription_id: subscriptionId,
    amount,
    spent,
    spent_percent: amount && spent !== null ? Math.round((1000 * spent) / amount) / 10 : null,
    time_grain: timeGrain,
    period_start: periodStart,
    is_crossed: thresholds.some((threshold) => threshold.isCrossed),
    thresholds: thresholds.map(({ isCrossed, ...threshold }) => ({ ...threshold, is_crossed: isCrossed })),
  };
}
