import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRIES, delayAfter, parseRetryAfter } from './retry.ts';

const steady = { random: 0 };

describe('retries', () => {
  it("follow the guide's default: three, doubling from a second", () => {
    const delays = [1, 2, 3, 4].map((attempt) => delayAfter(DEFAULT_RETRIES, attempt, steady));

    expect(delays).toEqual([1000, 2000, 4000, undefined]);
  });

  it('wait at most max_delay_ms, jitter included', () => {
    const many = { ...DEFAULT_RETRIES, max_retries: 100 };

    expect(delayAfter(many, 100, { random: 0.999 })).toBe(30_000);
    expect(delayAfter(many, 1, { random: 0.999 })).toBe(1200);
  });

  it('stay level without backoff', () => {
    const level = { ...DEFAULT_RETRIES, exponential_backoff: false };

    expect([1, 2, 3].map((attempt) => delayAfter(level, attempt, steady))).toEqual([1000, 1000, 1000]);
  });

  it('by the durable schedule take 27 h 35 min 5 s', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((attempt) => delayAfter('durable', attempt, steady) ?? 0);

    expect(delays.map((delay) => delay / 1000)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000]);
    expect(delayAfter('durable', 8, steady)).toBeUndefined();
  });

  it('wait for what the receiver asks, up to a day, and not beyond the last attempt', () => {
    expect(delayAfter(DEFAULT_RETRIES, 1, { random: 0, retryAfterMs: 120_000 })).toBe(120_000);
    expect(delayAfter(DEFAULT_RETRIES, 1, { random: 0, retryAfterMs: 1e12 })).toBe(86_400_000);
    expect(delayAfter(DEFAULT_RETRIES, 2, { random: 0, retryAfterMs: 5 })).toBe(2000);
    expect(delayAfter(DEFAULT_RETRIES, 4, { random: 0, retryAfterMs: 5 })).toBeUndefined();
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z');

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['2026-01-01', undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
