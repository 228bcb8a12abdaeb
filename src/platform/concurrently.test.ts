import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter, mapConcurrently } from './concurrently.ts';

function watch() {
  let running = 0;
  const seen = { most: 0 };
  async function work<T>(value: T): Promise<T> {
    running += 1;
    seen.most = Math.max(seen.most, running);
    await pause(2);
    running -= 1;
    return value;
  }
  return { seen, work };
}

describe('mapConcurrently', () => {
  it('keeps the order and the limit', async () => {
    const { seen, work } = watch();

    const results = await mapConcurrently([1, 2, 3, 4, 5], 2, work);

    expect(results).toEqual([1, 2, 3, 4, 5]);
    expect(seen.most).toBe(2);
  });

  it('rejects with the first error', async () => {
    await expect(mapConcurrently([1, 2], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('createLimiter', () => {
  it('runs everything, never more than the limit, also after a failure', async () => {
    const { seen, work } = watch();
    const inTurn = createLimiter(2);

    const results = await Promise.allSettled([
      inTurn(() => Promise.reject(new Error('no'))),
      ...Array.from({ length: 7 }, (_, n) => inTurn(() => work(n))),
    ]);

    expect(results.map(({ status }) => status)).toEqual([
      'rejected',
      ...Array.from({ length: 7 }, () => 'fulfilled'),
    ]);
    expect(seen.most).toBe(2);
  });
});
