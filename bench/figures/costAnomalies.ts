import { detectAnomalies } from '#features/cost/anomalies/detect.ts';
import type { Figure, Measurement } from '../figure.ts';
import { round } from '../support/stats.ts';
import { type Planted, type SyntheticSeries, syntheticSeries } from '../support/syntheticCosts.ts';

const DAYS = 270;
/** A detection so many days after its beginning still finds an anomaly; what follows its end so soon is its echo. */
const LATE_DAYS = 3;
/** The detector's numbers were chosen on seeds below. */
const FIRST_SEED = 1_000_000;

/** Precision and recall on planted anomalies, against a plain rule of three standard deviations. */
export const costAnomalies: Figure = {
  name: 'cost-anomalies',
  summary: 'precision and recall of cost anomalies on planted ones, and false alarms, against 3-sigma',
  run: async function* (context) {
    yield* measure(FIRST_SEED, context.isQuick ? 100 : 1_000);
  },
};

/** First days of what a detector found. */
type Detector = (series: SyntheticSeries) => Set<number>;
type Score = { hits: number; planted: number; found: number; right: number };

function* measure(firstSeed: number, count: number): Generator<Measurement> {
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
  const planted = seeds.map((seed) => syntheticSeries(seed, { days: DAYS, isPlanted: true }));
  const clean = seeds.map((seed) => syntheticSeries(seed, { days: DAYS, isPlanted: false }));
  const [ours, theirs] = [scoreOf(planted, robust), scoreOf(planted, threeSigma)];
  const [f1, peer] = [f1Of(ours), f1Of(theirs)];
  yield {
    figure: 'cost anomalies on planted ones',
    value: round(f1, 3),
    unit: 'F1',
    ratio: round(f1 / peer),
    target: 'precision and recall stated, against 3-sigma',
    met: undefined,
    details: {
      series: count,
      days: DAYS,
      precision: round(precisionOf(ours), 3),
      recall: round(recallOf(ours), 3),
      recallByKind: byKind(planted, robust),
      falseAlarmsPer1000Days: falseAlarms(clean, robust),
      threeSigma: {
        precision: round(precisionOf(theirs), 3),
        recall: round(recallOf(theirs), 3),
        f1: round(peer, 3),
        recallByKind: byKind(planted, threeSigma),
        falseAlarmsPer1000Days: falseAlarms(clean, threeSigma),
      },
    },
  };
}

function robust({ costs, places }: SyntheticSeries): Set<number> {
  const placeOf = new Map(costs.map(({ day }, index) => [day, places[index] ?? 0]));
  return new Set(detectAnomalies(costs).map(({ day }) => placeOf.get(day) ?? 0));
}

/** Farther than three standard deviations from the mean of the four weeks before; days in a row are one. */
function threeSigma({ costs, places }: SyntheticSeries): Set<number> {
  const found = new Set<number>();
  let isRunning = false;
  costs.forEach(({ amount }, index) => {
    const before = costs.slice(Math.max(0, index - 28), index).map((cost) => cost.amount);
    if (before.length < 14) return;
    const mean = before.reduce((sum, value) => sum + value, 0) / before.length;
    const variance = before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (before.length - 1);
    const isOut = Math.abs(amount - mean) > 3 * Math.sqrt(variance);
    if (isOut && !isRunning) found.add(places[index] ?? 0);
    isRunning = isOut;
  });
  return found;
}

function scoreOf(all: readonly SyntheticSeries[], detector: Detector): Score {
  const score = { hits: 0, planted: 0, found: 0, right: 0 };
  for (const series of all) {
    const found = [...detector(series)];
    score.planted += series.planted.length;
    score.hits += series.planted.filter((one) => found.some((at) => isHit(one, at))).length;
    score.found += found.length;
    score.right += found.filter((at) =>
      series.planted.some((one) => isHit(one, at) || isEcho(one, at)),
    ).length;
  }
  return score;
}

function isHit({ from, days }: Planted, at: number): boolean {
  return at >= from && at <= from + Math.min(days - 1, LATE_DAYS);
}

function isEcho({ from, days }: Planted, at: number): boolean {
  return at >= from && at < from + days + LATE_DAYS && days <= LATE_DAYS;
}

function byKind(all: readonly SyntheticSeries[], detector: Detector): Record<string, number> {
  const seen = new Map<string, { hits: number; planted: number }>();
  for (const series of all) {
    const found = [...detector(series)];
    for (const one of series.planted) {
      const counts = seen.get(one.kind) ?? { hits: 0, planted: 0 };
      counts.planted += 1;
      counts.hits += found.some((at) => isHit(one, at)) ? 1 : 0;
      seen.set(one.kind, counts);
    }
  }
  return Object.fromEntries([...seen].map(([kind, { hits, planted }]) => [kind, round(hits / planted, 3)]));
}

function falseAlarms(clean: readonly SyntheticSeries[], detector: Detector): number {
  const found = clean.reduce((sum, series) => sum + detector(series).size, 0);
  const days = clean.reduce((sum, series) => sum + series.costs.length, 0);
  return round((1000 * found) / days, 3);
}

function precisionOf({ found, right }: Score): number {
  return right / Math.max(1, found);
}

function recallOf({ hits, planted }: Score): number {
  return hits / Math.max(1, planted);
}

function f1Of(score: Score): number {
  const [precision, recall] = [precisionOf(score), recallOf(score)];
  return (2 * precision * recall) / (precision + recall);
}
