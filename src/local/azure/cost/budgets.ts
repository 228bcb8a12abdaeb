import type { JsonObject } from '../estate/model.ts';
import { Random } from '../estate/random.ts';
import type { World } from '../world.ts';
import { CostModel, costedResources } from './costs.ts';

const DAY_MS = 86_400_000;
const LEVELS = [
  { threshold: 50, thresholdType: 'Actual' },
  { threshold: 80, thresholdType: 'Actual' },
  { threshold: 100, thresholdType: 'Actual' },
  { threshold: 100, thresholdType: 'Forecasted' },
] as const;

/** A budget of the whole subscription a month, between well kept and overdrawn. */
export function budgetsOf(
  world: World,
  subscriptionId: string,
  { currency, now }: { currency: string; now: number },
): JsonObject[] {
  const date = new Date(now);
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const length = (Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - start) / DAY_MS;
  const model = new CostModel(world, subscriptionId, now);
  let spent = 0;
  let daily = 0;
  for (const resource of costedResources(world, subscriptionId)) {
    daily += resource.price.daily;
    for (let day = start; day <= now; day += DAY_MS) spent += model.amount(resource, day);
  }
  const random = new Random(world.seed, 33, ...Buffer.from(subscriptionId));
  const amount = Math.round((daily * length * (0.7 + random.next() * 0.6)) / 100) * 100;
  const forecast = spent + daily * (length - date.getUTCDate());
  return [
    {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.Consumption/budgets/monthly`,
      name: 'monthly',
      type: 'Microsoft.Consumption/budgets',
      eTag: '"1d34d012214157f"',
      properties: {
        category: 'Cost',
        amount,
        timeGrain: 'Monthly',
        timePeriod: { startDate: '2026-01-01T00:00:00Z', endDate: '2036-01-01T00:00:00Z' },
        currentSpend: { amount: toCents(spent), unit: currency },
        forecastSpend: { amount: toCents(forecast), unit: currency },
        notifications: Object.fromEntries(LEVELS.map((level) => [nameOf(level), notificationOf(level)])),
      },
    },
  ];
}

function nameOf({ threshold, thresholdType }: (typeof LEVELS)[number]): string {
  return `${thresholdType}_GreaterThan_${threshold}_Percent`;
}

function notificationOf(level: (typeof LEVELS)[number]): JsonObject {
  return {
    enabled: true,
    operator: 'GreaterThan',
    ...level,
    contactEmails: ['finops@contoso.example'],
    contactRoles: [],
    contactGroups: [],
  };
}

function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
