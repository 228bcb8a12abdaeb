import { ArmFailure } from '../arm/failure.ts';

/** Query processing units of a tenant by seconds ("Manage costs with automation", QPU-based rate limits). */
export const QPU_WINDOWS = [
  { seconds: 10, units: 12 },
  { seconds: 60, units: 60 },
  { seconds: 3600, units: 600 },
] as const;
export type QpuWindow = { readonly seconds: number; readonly units: number };

const PREFIX = 'x-ms-ratelimit-microsoft.costmanagement-qpu';

/** Counts query processing units in fixed windows. */
export class QpuQuota {
  readonly #windows = new Map<number, { start: number; used: number }>();

  /** Takes units and returns the headers that say so. @throws ArmFailure 429 with the time to wait */
  use(
    units: number,
    { windows, now }: { windows: readonly QpuWindow[]; now: number },
  ): Record<string, string> {
    const states = windows.map(({ seconds, units: most }) => {
      const known = this.#windows.get(seconds);
      const state = known && now - known.start < seconds * 1000 ? known : { start: now, used: 0 };
      this.#windows.set(seconds, state);
      return { state, most, seconds };
    });
    const full = states.filter(({ state, most }) => state.used + units > most);
    const remaining = states.map(({ state, most, seconds }) => `QueriesPer${seconds}s:${most - state.used}`);
    const headers = { [`${PREFIX}-consumed`]: String(units), [`${PREFIX}-remaining`]: remaining.join(';') };
    if (full.length > 0) {
      const wait = Math.max(...full.map(({ state, seconds }) => (state.start + seconds * 1000 - now) / 1000));
      throw new ArmFailure(429, '429', {
        message: 'Too many requests. Please retry.',
        headers: { ...headers, [`${PREFIX}-retry-after`]: String(Math.ceil(wait)) },
      });
    }
    for (const { state } of states) state.used += units;
    return headers;
  }
}
