import type { MetricResult } from './azure.ts';
import type { Aggregation, MetricDefinition } from './catalogue.ts';

/** What was measured of one metric in an hour or a day; what Azure did not give is absent. */
export type Sample = {
  readonly average?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly total?: number;
  readonly count?: number;
};
/** By metric name. */
export type Samples = Readonly<Record<string, Sample>>;

const FIELDS = ['average', 'minimum', 'maximum', 'total', 'count'] as const;
/** What is asked for and kept of a metric. */
const KEPT: Readonly<Record<Aggregation, readonly (keyof Sample)[]>> = {
  average: ['average', 'maximum'],
  maximum: ['maximum'],
  total: ['total'],
  count: ['count'],
};
const EXTENSION = '/providers/microsoft.insights/metrics/';

/** Whose a result is; undefined where it does not say. */
export function resourceOf({ resourceid, value }: MetricResult): string | undefined {
  if (resourceid) return resourceid;
  const id = value[0]?.id ?? '';
  const end = id.toLowerCase().lastIndexOf(EXTENSION);
  return end > 0 ? id.slice(0, end) : undefined;
}

/** The aggregations that Azure is to be asked for. */
export function aggregationsOf(definitions: readonly MetricDefinition[]): string[] {
  return [...new Set(definitions.flatMap(({ aggregation }) => KEPT[aggregation]))];
}

/**
 * The hours of a result (start, ISO 8601) with their samples, as far as a definition asks for them; hours in which
 * nothing was measured are left out.
 */
export function hoursOf(
  { value }: MetricResult,
  definitions: readonly MetricDefinition[],
): Map<string, Record<string, Sample>> {
  const byName = new Map(definitions.map((definition) => [definition.name.toLowerCase(), definition]));
  const hours = new Map<string, Record<string, Sample>>();
  for (const { name, timeseries } of value) {
    const definition = byName.get(name.value.toLowerCase());
    if (!definition) continue;
    for (const { timeStamp, ...point } of timeseries[0]?.data ?? []) {
      const sample = pick(
        Object.fromEntries(KEPT[definition.aggregation].map((field) => [field, point[field]])),
      );
      if (Object.keys(sample).length === 0) continue;
      const hour = `${new Date(timeStamp).toISOString().slice(0, 13)}:00:00.000Z`;
      const samples = hours.get(hour) ?? {};
      hours.set(hour, samples);
      samples[definition.name] = sample;
    }
  }
  return hours;
}

/** Hours as one: totals and counts add up, averages are averaged (each hour counts the same), extremes are kept. */
export function combine(hours: readonly Samples[]): Samples {
  const names = new Set(hours.flatMap((samples) => Object.keys(samples)));
  return Object.fromEntries(
    [...names].map((name) => [name, combineSamples(hours.flatMap((samples) => samples[name] ?? []))]),
  );
}

function combineSamples(samples: readonly Sample[]): Sample {
  const of = (field: keyof Sample) => samples.flatMap((sample) => sample[field] ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const averages = of('average');
  return pick({
    average: averages.length > 0 ? sum(averages) / averages.length : undefined,
    minimum: of('minimum').length > 0 ? Math.min(...of('minimum')) : undefined,
    maximum: of('maximum').length > 0 ? Math.max(...of('maximum')) : undefined,
    total: of('total').length > 0 ? sum(of('total')) : undefined,
    count: of('count').length > 0 ? sum(of('count')) : undefined,
  });
}

function pick(point: Readonly<Record<string, number | undefined>>): Sample {
  return Object.fromEntries(
    FIELDS.flatMap((field) => (point[field] === undefined ? [] : [[field, point[field]]])),
  );
}
