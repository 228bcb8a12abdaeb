import { type CloudEvent, eventId } from '#features/events/index.ts';
import type { BudgetRecord, Threshold } from './record.ts';

export type BudgetPlace = { readonly tenantId: string; readonly subscriptionId: string; readonly at: Date };

/** A budget has crossed a threshold; the id follows from both and the period, so that it is raised once in it. */
export function toCrossed(
  { budget, threshold }: { budget: BudgetRecord; threshold: Threshold },
  { tenantId, subscriptionId, at }: BudgetPlace,
): CloudEvent<'AlertTriggered'> {
  const { id, name, amount, currency, periodStart, spent, forecast, scope } = budget;
  const { percent, type } = threshold;
  const isForecast = type.toLowerCase() === 'forecasted';
  const value = isForecast ? forecast : spent;
  const money = (of: number | null) => `${of?.toFixed(2)} ${currency ?? ''}`.trim();
  return {
    specversion: '1.0',
    id: eventId(`${tenantId}|budget|${id.toLowerCase()}|${periodStart}|${type}|${percent}`),
    source: `/tenants/${tenantId}/cost`,
    type: 'AlertTriggered',
    subject: id,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    tenantid: tenantId,
    data: {
      alert_type: 'cost.budget',
      severity: percent >= 100 && !isForecast ? 'high' : 'medium',
      message: `budget "${name}" ${isForecast ? 'is forecast to be' : 'is'} above ${percent} % of ${money(amount)}: ${money(value)}. See GET /api/v1/costs for what it is spent on.`,
      resource_id: scope,
      subscription_id: subscriptionId,
      budget: name,
      threshold_percent: percent,
      threshold_type: type,
      amount,
      spent,
      forecast,
      currency,
      period_start: periodStart,
    },
  };
}
