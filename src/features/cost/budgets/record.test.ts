import { expect, it } from 'vitest';
import { AzureBudget } from '../azure.ts';
import { toBudget } from './record.ts';

const ID = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Consumption/budgets/team';
const NOW = new Date('2026-11-25T12:00:00Z');

function budget(properties: Record<string, unknown>) {
  return toBudget(AzureBudget.parse({ id: ID, name: 'team', properties }), NOW);
}

it.each([
  ['Monthly', '2025-02-01T00:00:00Z', '2026-11-01'],
  ['Quarterly', '2025-02-01T00:00:00Z', '2026-11-01'],
  ['Quarterly', '2025-01-01T00:00:00Z', '2026-10-01'],
  ['Annually', '2025-02-01T00:00:00Z', '2026-02-01'],
  ['Annually', '2026-12-01T00:00:00Z', '2026-12-01'],
  ['Fortnightly', '2025-02-01T00:00:00Z', null],
  ['Monthly', undefined, null],
])('the present period of %s from %s begins on %s', (timeGrain, startDate, expected) => {
  expect(budget({ timeGrain, timePeriod: { startDate } }).periodStart).toBe(expected);
});

it.each([
  [{ operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual' }, false],
  [{ operator: 'GreaterThanOrEqualTo', threshold: 80, thresholdType: 'Actual' }, true],
  [{ operator: 'EqualTo', threshold: 80, thresholdType: 'Actual' }, true],
  [{ operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted' }, true],
  [{ operator: 'GreaterThan', threshold: 50 }, true],
])('%j is crossed: %s', (notification, expected) => {
  const { thresholds, scope } = budget({
    amount: 100,
    currentSpend: { amount: 80, unit: 'EUR' },
    forecastSpend: { amount: 101, unit: 'EUR' },
    notifications: { one: { enabled: true, ...notification } },
  });

  expect(thresholds).toMatchObject([{ isCrossed: expected }]);
  expect(scope).toBe('/subscriptions/s1/resourceGroups/rg');
});

it('a budget that tells nothing is one all the same', () => {
  expect(toBudget(AzureBudget.parse({ id: ID, name: 'team' }), NOW)).toMatchObject({
    amount: null,
    spent: null,
    thresholds: [],
  });
  expect(budget({ notifications: { off: { enabled: false, threshold: 1 } } }).thresholds).toEqual([]);
});

it('an id without its slash, and a text among the notifications, as an example of the specification has them', () => {
  const notifications = {
    one: { enabled: true, operator: 'GreaterThan', threshold: 80 },
    thresholdType: 'Actual',
  };
  const given = {
    id: ID.slice(1),
    name: 'team',
    properties: { amount: 100, currentSpend: { amount: 81 }, notifications },
  };

  const { id, scope, thresholds } = toBudget(AzureBudget.parse(given), NOW);

  expect([id, scope]).toEqual([ID, '/subscriptions/s1/resourceGroups/rg']);
  expect(thresholds).toEqual([{ percent: 80, type: 'Actual', isCrossed: true }]);
});
