import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { residentMegabytes } from '../support/processes.ts';
import { median, round } from '../support/stats.ts';

const SAMPLE_MS = 500;
const LIMIT_MB = 700;

/** Resident memory of the real host process during a first sync. */
export const memory: Figure = {
  name: 'memory',
  summary: 'resident memory of the host while it syncs 100,000 resources',
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context.isQuick ? 10_000 : 100_000, context));
  },
};

/** The size that the target names; takes many minutes. */
export const memoryMillion: Figure = {
  name: 'memory-1m',
  summary: 'resident memory of the host while it syncs 1,000,000 resources',
  isExtra: true,
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context.isQuick ? 100_000 : 1_000_000, context));
  },
};

/**
 * Flat: what is needed in the last quarter of the sync is at most a quarter more than in the second. The first quarter
 * is left out, since a process fills its heap before it collects.
 */
async function measure(parts: Parts, size: number, context: BenchContext): Promise<Measurement> {
  const app = await startApp(parts, size);
  const samples: number[] = [];
  const sample = () => samples.push(residentMegabytes(app.host.child.pid));
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  const startedAt = performance.now();
  const resources = await syncEstate(app, context);
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(timer);
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const from = Math.floor((samples.length * quarter) / 4);
    return median(samples.slice(from, Math.max(from + 1, Math.floor((samples.length * (quarter + 1)) / 4))));
  });
  const peak = Math.max(...samples);
  const growth = (quarters[3] ?? Number.NaN) / (quarters[1] ?? Number.NaN);
  return {
    figure: `resident memory while syncing ${size}`,
    value: round(peak, 0),
    unit: 'MB peak',
    ratio: round(growth),
    target: `< ${LIMIT_MB} MB, flat (last quarter ≤ 1.25 × second)`,
    met: peak < LIMIT_MB && growth <= 1.25,
    details: {
      resources,
      seconds: round(seconds, 0),
      atStart: round(samples[0] ?? Number.NaN, 0),
      medianByQuarter: quarters.map((value) => round(value, 0)),
      everyTenth: samples
        .filter((_, index) => index % Math.ceil(samples.length / 10) === 0)
        .map((value) => round(value, 0)),
    },
  };
}
