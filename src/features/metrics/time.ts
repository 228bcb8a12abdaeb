import type { Interval } from './model.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Up to this range points are hours, beyond it days. */
const HOURLY_UP_TO_MS = 7 * DAY_MS;

export const HOURS_KEPT_MS = 8 * DAY_MS;
export const DAYS_KEPT_MS = 400 * DAY_MS;

export type Window = { readonly from: string; readonly to: string; readonly interval: Interval };

/** `24h`, `7d`, `12w`: the time before `now`, in milliseconds; undefined for anything else or more than 400 days. */
export function parseRange(text: string): number | undefined {
  const parts = /^(\d{1,5})([hdw])$/.exec(text);
  if (!parts) return undefined;
  const unit = { h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }[parts[2] as 'h' | 'd' | 'w'];
  const length = Number(parts[1]) * unit;
  return length > 0 && length <= DAYS_KEPT_MS ? length : undefined;
}

export function windowOf(rangeMs: number, now: Date): Window {
  const interval = rangeMs <= HOURLY_UP_TO_MS ? 'hour' : 'day';
  const from = new Date(now.getTime() - rangeMs);
  return { from: bucketOf(from, interval), to: bucketOf(now, interval), interval };
}

/** Start of the hour or day, as ISO 8601. */
export function bucketOf(time: Date, interval: Interval): string {
  const text = time.toISOString();
  return interval === 'hour' ? `${text.slice(0, 13)}:00:00.000Z` : `${text.slice(0, 10)}T00:00:00.000Z`;
}
