import { forecast, type Past, WARM_UP } from './forecast.ts';
import { median } from './robust.ts';

/** Cost of one day (`YYYY-MM-DD`, UTC), in the currency of the series. Days may be missing. */
export type DailyCost = { readonly day: string; readonly amount: number };

/** Consecutive days that cost more, or less, than their past lets expect. */
export type Anomaly = {
  /** The first. */
  readonly day: string;
  readonly days: number;
  /** `level_shift`: the series has stayed there, and that is what is expected from then on. */
  readonly kind: 'spike' | 'level_shift';
  readonly direction: 'above' | 'below';
  /** Of all its days together. */
  readonly actual: number;
  readonly expected: number;
  /** Band in which they would have passed. */
  readonly lower: number;
  readonly upper: number;
  /** Largest distance from what was expected, in robust standard deviations. */
  readonly score: number;
  readonly reason: string;
};

export type DetectorOptions = {
  /** Half width of the band, in robust standard deviations. */
  readonly sensitivity?: number;
  /** Less than this is not worth a look, in the currency of the series. */
  readonly minimumAmount?: number;
  /** Nor is a smaller share of what was expected. */
  readonly minimumShare?: number;
};

const DEFAULTS = { sensitivity: 4.5, minimumAmount: 1, minimumShare: 0.2 };
/** Days in a row, in the same direction, after which it is the new level. */
const SHIFT_DAYS = 4;
/** Days that together may show what none of them does. */
const DRIFT_DAYS = 5;
const DRIFT_FACTOR = 1;
const DAY_MS = 86_400_000;

type Judged = {
  readonly at: number;
  readonly actual: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly score: number;
};

/**
 * Judges each day by the days before it alone, so that what is said of a day does not change with what follows.
 * Logarithms of the costs are compared with a robust baseline: median level of two weeks, damped Theil–Sen trend of
 * four, medians by weekday of eight; the band is as wide as the median absolute deviation of former forecasts says. A
 * charge that came on the same day of the month before may come again. After four days in a row the new level counts.
 */
export function detectAnomalies(series: readonly DailyCost[], options: DetectorOptions = {}): Anomaly[] {
  const first = series[0];
  if (!first) return [];
  const detector = new Detector(series, { ...DEFAULTS, ...options });
  return detector.run();
}

class Detector {
  readonly #options: Required<DetectorOptions>;
  readonly #start: number;
  readonly #amounts: (number | undefined)[] = [];
  readonly #offset: number;
  readonly #logs: (number | undefined)[] = [];
  readonly #residuals: (number | undefined)[] = [];
  /** The same as they were, for the day of the month. */
  readonly #excesses: (number | undefined)[] = [];
  #levelStart = 0;
  #run: Judged[] = [];
  #recent: Judged[] = [];
  readonly #found: Anomaly[] = [];

  constructor(series: readonly DailyCost[], options: Required<DetectorOptions>) {
    this.#options = options;
    this.#start = Math.min(...series.map(({ day }) => Date.parse(day)));
    for (const { day, amount } of series) this.#amounts[(Date.parse(day) - this.#start) / DAY_MS] = amount;
    // A day without cost has a logarithm too, and small change makes no large ones.
    const early = this.#amounts.slice(0, WARM_UP).filter((amount) => amount !== undefined);
    const usual = median(early.filter((amount) => amount > 0));
    this.#offset = 0.02 * (Number.isNaN(usual) ? 1 : usual) + 0.01;
  }

  run(): Anomaly[] {
    for (let at = 0; at < this.#amounts.length; at += 1) {
      const amount = this.#amounts[at];
      if (amount === undefined) continue;
      const judged = this.#judge(at, amount);
      if (judged && this.#isNews(judged)) this.#extend(judged);
      else this.#end();
      if (judged) this.#noticeDrift(judged);
    }
    this.#end();
    return this.#found;
  }

  /** Undefined where nothing is to be expected yet. */
  #judge(at: number, amount: number): Judged | undefined {
    const log = Math.log(Math.max(0, amount) + this.#offset);
    this.#logs[at] = log;
    const predicted = forecast(this.#past(), at);
    if (!predicted) return undefined;
    const { expected, deviation } = predicted;
    const [below, above] = this.#recurring(at);
    const width = this.#options.sensitivity * deviation;
    this.#excesses[at] = log - expected;
    if (!this.#isFirstOfMonth(at)) this.#residuals[at] = Math.max(-width, Math.min(width, log - expected));
    const excess = log > expected ? Math.max(0, log - expected - above) : Math.min(0, log - expected - below);
    return {
      at,
      actual: amount,
      expected: this.#toAmount(expected),
      lower: this.#toAmount(expected + below - width),
      upper: this.#toAmount(expected + above + width),
      score: excess / deviation,
    };
  }

  /** How far off the same day of the month before was: a charge that may come again. */
  #recurring(at: number): [number, number] {
    const before = this.#sameDayOfMonthBefore(at);
    const seen = before === undefined ? 0 : (this.#excesses[before] ?? 0);
    return [Math.min(0, seen), Math.max(0, seen)];
  }

  #sameDayOfMonthBefore(at: number): number | undefined {
    const date = new Date(this.#start + at * DAY_MS);
    const day = date.getUTCDate();
    date.setUTCMonth(date.getUTCMonth() - 1);
    return date.getUTCDate() === day ? (date.getTime() - this.#start) / DAY_MS : undefined;
  }

  #isFirstOfMonth(at: number): boolean {
    return new Date(this.#start + at * DAY_MS).getUTCDate() === 1;
  }

  #isNews(judged: Judged): boolean {
    // What is charged by the month comes on its first day: it is news only if it stays.
    if (judged.score > 0 && this.#run.length === 0 && this.#isFirstOfMonth(judged.at)) return false;
    return Math.abs(judged.score) > this.#options.sensitivity && this.#isWorthIt(judged);
  }

  #isWorthIt({ actual, expected }: Judged): boolean {
    const { minimumAmount, minimumShare } = this.#options;
    return Math.abs(actual - expected) >= Math.max(minimumAmount, minimumShare * expected);
  }

  /** What is anomalous tells nothing of what is usual, until it has stayed. */
  #extend(judged: Judged): void {
    const last = this.#run.at(-1);
    if (last && Math.sign(last.score) !== Math.sign(judged.score)) this.#end();
    this.#run.push(judged);
    this.#logs[judged.at] = Math.log(judged.expected + this.#offset);
    if (this.#run.length < SHIFT_DAYS) return;
    for (const { at, actual } of this.#run) this.#logs[at] = Math.log(Math.max(0, actual) + this.#offset);
    this.#levelStart = this.#run[0]?.at ?? judged.at;
    this.#recent = [];
    this.#end('level_shift');
  }

  /** Days that are each within the band, but all so far to one side that together they are out of it. */
  #noticeDrift(judged: Judged): void {
    this.#recent = [...this.#recent, judged].slice(-DRIFT_DAYS);
    const recent = this.#recent;
    if (recent.length < DRIFT_DAYS || this.#run.length > 0) return;
    const isOneSided = recent.every(({ score }) => Math.sign(score) === Math.sign(judged.score));
    const together = recent.reduce((sum, { score }) => sum + score, 0) / Math.sqrt(DRIFT_DAYS);
    const [first] = recent;
    if (!first || !isOneSided || Math.abs(together) < DRIFT_FACTOR * this.#options.sensitivity) return;
    if (!recent.every((one) => this.#isWorthIt(one))) return;
    this.#run = recent;
    this.#levelStart = first.at;
    this.#recent = [];
    this.#end('level_shift');
  }

  #end(kind: Anomaly['kind'] = 'spike'): void {
    const run = this.#run;
    const [first] = run;
    this.#run = [];
    if (!first) return;
    const sum = (of: (judged: Judged) => number) => run.reduce((total, judged) => total + of(judged), 0);
    const [actual, expected] = [sum((one) => one.actual), sum((one) => one.expected)];
    const direction = first.score > 0 ? 'above' : 'below';
    this.#found.push({
      day: new Date(this.#start + first.at * DAY_MS).toISOString().slice(0, 10),
      days: run.length,
      kind,
      direction,
      actual,
      expected,
      lower: sum((one) => one.lower),
      upper: sum((one) => one.upper),
      score: Math.max(...run.map(({ score }) => Math.abs(score))),
      reason: reasonOf({ kind, direction, actual, expected, days: run.length }),
    });
  }

  #past(): Past {
    const weekday = new Date(this.#start).getUTCDay();
    return { logs: this.#logs, residuals: this.#residuals, levelStart: this.#levelStart, weekday };
  }

  #toAmount(log: number): number {
    return Math.max(0, Math.exp(log) - this.#offset);
  }
}

function reasonOf(of: Pick<Anomaly, 'kind' | 'direction' | 'actual' | 'expected' | 'days'>): string {
  const { kind, direction, actual, expected, days } = of;
  const times =
    expected > 0
      ? `${(actual / expected).toFixed(1)} times what its past lets expect`
      : 'expected was nothing';
  const span = days === 1 ? 'a day' : `${days} days in a row`;
  const stays = kind === 'level_shift' ? ', and has stayed there: this is expected from now on' : '';
  return `${direction === 'above' ? 'more' : 'less'} than usual for ${span}: ${actual.toFixed(2)} instead of ${expected.toFixed(2)}, ${times}${stays}`;
}
