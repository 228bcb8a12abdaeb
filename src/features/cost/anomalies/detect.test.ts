import { describe, expect, it } from 'vitest';
import { type DailyCost, detectAnomalies } from './detect.ts';

const START = Date.UTC(2026, 0, 5);

/** Costs of so many days from a Monday on; `amountOf` undefined: a day that is missing. */
function costs(days: number, amountOf: (at: number) => number | undefined): DailyCost[] {
  return Array.from({ length: days }, (_, at) => ({ day: dayOf(at), amount: amountOf(at) })).flatMap(
    ({ day, amount }) => (amount === undefined ? [] : [{ day, amount }]),
  );
}

function dayOf(at: number): string {
  return new Date(START + at * 86_400_000).toISOString().slice(0, 10);
}

/** 100 on workdays, 40 at weekends, by some percent more or less. */
function usual(at: number): number {
  return (at % 7 < 5 ? 100 : 40) * (1 + 0.02 * Math.sin(at * 12.9898));
}

describe('no anomaly is', () => {
  it.each([
    ['a weekend', usual],
    ['a steady growth', (at: number) => usual(at) * 1.005 ** at],
    ['a charge on the first of each month', (at: number) => usual(at) * (dayOf(at).endsWith('-01') ? 3 : 1)],
    ['a missing day', (at: number) => (at % 11 === 0 ? undefined : usual(at))],
    ['an estate that costs nothing', () => 0],
    ['small change', (at: number) => (at === 60 ? 0.09 : 0.01)],
    ['the first weeks of something new', (at: number) => (at < 20 ? usual(at) * 3 ** (at % 3) : undefined)],
    ['a credit that stays', () => -5],
  ])('%s', (_, amountOf) => {
    expect(detectAnomalies(costs(120, amountOf))).toEqual([]);
  });

  it('what there is nothing of', () => {
    expect(detectAnomalies([])).toEqual([]);
    expect(detectAnomalies(costs(1, usual))).toEqual([]);
  });
});

describe('an anomaly is', () => {
  it('a day that costs more, told with what was to be expected', () => {
    const found = detectAnomalies(costs(90, (at) => (at === 70 ? 250 : usual(at))));

    expect(found).toMatchObject([
      { day: dayOf(70), days: 1, kind: 'spike', direction: 'above', actual: 250 },
    ]);
    const [
      { expected, lower, upper, score, reason } = { expected: 0, lower: 0, upper: 0, score: 0, reason: '' },
    ] = found;
    expect(expected).toBeGreaterThan(95);
    expect(expected).toBeLessThan(105);
    expect([lower < expected, upper > expected, upper < 250, score > 4.5]).toEqual([true, true, true, true]);
    expect(reason).toMatch(/^more than usual for a day: 250\.00 instead of \d+\.\d\d, 2\.\d times/);
  });

  it('a Sunday that costs what a Monday does', () => {
    expect(detectAnomalies(costs(90, (at) => (at === 69 ? 100 : usual(at))))).toMatchObject([
      { day: dayOf(69), direction: 'above' },
    ]);
  });

  it('days that cost hardly anything, as one', () => {
    expect(detectAnomalies(costs(90, (at) => (at === 70 || at === 71 ? 3 : usual(at))))).toMatchObject([
      { day: dayOf(70), days: 2, direction: 'below', actual: 6 },
    ]);
  });

  it('a new level, once: from then on it is what is expected', () => {
    const found = detectAnomalies(costs(150, (at) => usual(at) * (at >= 70 ? 2 : 1) * (at === 120 ? 2 : 1)));

    expect(found).toMatchObject([
      { day: dayOf(70), days: 4, kind: 'level_shift', direction: 'above' },
      { day: dayOf(120), kind: 'spike' },
    ]);
    expect(found[1]?.expected).toBeGreaterThan(180);
  });

  it('a new level that no single day shows, since the days differ too much', () => {
    const noisy = (at: number) => 100 * Math.exp(0.15 * Math.sin(at * 12.9898) * Math.cos(at * 78.233));

    const found = detectAnomalies(costs(150, (at) => noisy(at) * (at >= 100 ? 1.45 : 1)));

    expect(found).toMatchObject([{ kind: 'level_shift', direction: 'above' }]);
  });

  it('the same whatever follows it', () => {
    const series = costs(150, (at) => usual(at) * (at % 40 === 39 ? 3 : 1));
    const whole = detectAnomalies(series);

    expect(whole).toHaveLength(3);
    expect(detectAnomalies(series.slice(0, 81))).toEqual(whole.slice(0, 2));
  });

  it('of no less than asked for', () => {
    const series = costs(90, (at) => (at === 70 ? 250 : usual(at)));

    expect(detectAnomalies(series, { minimumAmount: 200 })).toEqual([]);
    expect(detectAnomalies(series, { minimumShare: 2 })).toEqual([]);
  });
});
