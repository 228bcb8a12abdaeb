import type { DailyCost } from '#features/cost/anomalies/detect.ts';
import { Random } from '#local/azure/estate/random.ts';

/** What was planted into a series, by place of its days. */
export type Planted = {
  readonly kind: 'spike' | 'drop' | 'levelUp' | 'levelDown';
  readonly from: number;
  readonly days: number;
  /** Times what it would have been. */
  readonly factor: number;
};
export type SyntheticSeries = {
  readonly costs: readonly DailyCost[];
  /** Place of each of `costs`: days may be missing. */
  readonly places: readonly number[];
  readonly planted: readonly Planted[];
};

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
/** Nothing is planted before: a detector may need so many days to know a series. */
const QUIET_DAYS = 45;

/**
 * Daily costs of one scope: level over four orders of magnitude, weekend dip, trend, a charge at the start of the
 * month, noise that is wider on some days and has heavy tails, missing days. With `isPlanted`, two anomalies.
 */
export function syntheticSeries(
  seed: number,
  { days, isPlanted }: { days: number; isPlanted: boolean },
): SyntheticSeries {
  const numbers = new Random(seed);
  const next = () => numbers.next();
  const between = (low: number, high: number) => low + (high - low) * next();
  const level = 10 ** between(0.7, 4.5);
  const weekend = next() < 0.6 ? between(0.3, 0.9) : 1;
  const trend = next() < 0.4 ? between(-0.004, 0.006) : 0;
  const monthStart = next() < 0.3 ? between(1.3, 3) : 1;
  const noise = between(0.01, 0.1);
  const isHeavy = next() < 0.5;
  const missing = next() < 0.4 ? 0.03 : 0;
  const planted = isPlanted ? plant(next, days) : [];
  const [costs, places]: [DailyCost[], number[]] = [[], []];
  for (let at = 0; at < days; at += 1) {
    const date = new Date(START + at * DAY_MS);
    const isWeekend = date.getUTCDay() % 6 === 0;
    const width = noise * (isWeekend ? 1.5 : 1) * (isHeavy && next() < 0.05 ? 3 : 1);
    const usual =
      level * Math.exp(trend * at) * (isWeekend ? weekend : 1) * (date.getUTCDate() === 1 ? monthStart : 1);
    const factor = planted.reduce(
      (product, one) => (at >= one.from && at < one.from + one.days ? product * one.factor : product),
      1,
    );
    const amount = usual * factor * Math.exp(width * normal(next));
    if (next() < missing) continue;
    costs.push({ day: date.toISOString().slice(0, 10), amount: Math.round(amount * 100) / 100 });
    places.push(at);
  }
  return { costs, places, planted };
}

/** Two, far enough from each other that each is one of its own. */
function plant(next: () => number, days: number): Planted[] {
  const half = Math.floor((days - QUIET_DAYS) / 2);
  return [0, 1].map((index) => {
    const from = QUIET_DAYS + index * half + Math.floor(next() * (half - 20));
    const kinds = ['spike', 'spike', 'drop', 'levelUp', 'levelDown'] as const;
    const kind = kinds[Math.floor(next() * kinds.length)] ?? 'spike';
    const strength = 1.4 + 2 * next() ** 2;
    const isLevel = kind === 'levelUp' || kind === 'levelDown';
    const length = isLevel ? days - from : 1 + Math.floor(next() * 3);
    return {
      kind,
      from,
      days: length,
      factor: kind === 'spike' || kind === 'levelUp' ? strength : 1 / strength,
    };
  });
}

/** Box and Muller 1958. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
