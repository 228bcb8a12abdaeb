import { median, quantile, slope, spread } from './robust.ts';

/** Days back that tell of weekdays and of the noise. */
const MEMORY = 56;
/** Days that make the level, and those that make its trend. */
const LEVEL = 14;
const TREND = 28;
/** A trend is believed to go on by so much. */
const DAMPING = 0.8;
const LEAST_FOR_TREND = 14;
/** Days before a day may be judged. */
export const WARM_UP = 28;
/** Forecasts that tell of the noise, in days back. */
const NOISE_MEMORY = 84;
const LEAST_RESIDUALS = 14;
const LEAST_OF_WEEKDAY = 6;
/** Times wider, while little is known. */
const EARLY = 1.5;
/** Of normal values, so many are within so many standard deviations. */
const TAIL = { share: 0.97, deviations: 2.17 };
/** In the logarithm: costs vary by some percent whatever their past says. */
const LEAST_SPREAD = 0.03;

/** What is known up to a day: logarithms of costs, cleaned of what was anomalous, and how far each was from what was expected, at most as far as the band. */
export type Past = {
  /** By day; undefined where it is not known. */
  readonly logs: readonly (number | undefined)[];
  readonly residuals: readonly (number | undefined)[];
  /** First day of the present level. */
  readonly levelStart: number;
  /** Weekday of the first day, 0 to 6. */
  readonly weekday: number;
};
/** Logarithm that is expected, and its robust standard deviation. */
export type Forecast = { readonly expected: number; readonly deviation: number };

/** What day `at` costs by the days before it; undefined where too few are known. */
export function forecast(past: Past, at: number): Forecast | undefined {
  const from = Math.max(0, at - MEMORY);
  if (countKnown(past.logs, from, at) < WARM_UP * (3 / 4)) return undefined;
  const season = seasonOf(past, from, at);
  const level = flattened(past, season, { from: Math.max(past.levelStart, at - TREND), to: at });
  const recent = level.filter(({ x }) => x >= at - LEVEL);
  const base = recent.length > 0 ? recent : level;
  if (base.length === 0) return undefined;
  const middle = median(base.map(({ x }) => x));
  const trend = level.length >= LEAST_FOR_TREND ? DAMPING * slope(level) : 0;
  const expected = median(base.map(({ y }) => y)) + trend * (at - middle) + seasonAt(past, season, at);
  return { expected, deviation: deviationOf(past, season, at) };
}

/** By weekday, how far it is from the days around it. */
function seasonOf({ logs, weekday }: Past, from: number, at: number): number[] {
  const effects: number[][] = Array.from({ length: 7 }, () => []);
  for (let day = from; day < at; day += 1) {
    const log = logs[day];
    const around = known(logs, Math.max(from, day - 3), Math.min(at, day + 4));
    if (log !== undefined && around.length >= 5) effects[(weekday + day) % 7]?.push(log - median(around));
  }
  const raw = effects.map((values) => (values.length >= 2 ? median(values) : 0));
  const centre = median(raw);
  return raw.map((value) => value - centre);
}

function seasonAt({ weekday }: Past, season: readonly number[], day: number): number {
  return season[(weekday + day) % 7] ?? 0;
}

function flattened(
  past: Past,
  season: readonly number[],
  { from, to }: { from: number; to: number },
): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  for (let day = from; day < to; day += 1) {
    const log = past.logs[day];
    if (log !== undefined) points.push({ x: day, y: log - seasonAt(past, season, day) });
  }
  return points;
}

/**
 * By how far former forecasts were off: all of them, the worst of them, and those of the same weekday. Before there
 * are enough, by how far the days are from their level.
 */
function deviationOf(past: Past, season: readonly number[], at: number): number {
  const from = Math.max(0, at - NOISE_MEMORY);
  const seen = known(past.residuals, from, at);
  if (seen.length < LEAST_RESIDUALS) {
    const points = flattened(past, season, { from: Math.max(0, at - TREND), to: at });
    const level = median(points.map(({ y }) => y));
    return EARLY * Math.max(LEAST_SPREAD, spread(points.map(({ y }) => y - level)));
  }
  const ofWeekday = known(
    past.residuals.map((residual, day) => ((at - day) % 7 === 0 ? residual : undefined)),
    from,
    at,
  );
  const tail = quantile(seen.map(Math.abs), TAIL.share) / TAIL.deviations;
  const weekday = ofWeekday.length >= LEAST_OF_WEEKDAY ? spread(ofWeekday) : 0;
  return (seen.length < MEMORY / 2 ? EARLY : 1) * Math.max(LEAST_SPREAD, spread(seen), tail, weekday);
}

function known(values: readonly (number | undefined)[], from: number, to: number): number[] {
  return values.slice(from, to).filter((value) => value !== undefined);
}

function countKnown(values: readonly (number | undefined)[], from: number, to: number): number {
  return known(values, from, to).length;
}
