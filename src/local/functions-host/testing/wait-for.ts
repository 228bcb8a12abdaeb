import { setTimeout as delay } from 'node:timers/promises';

/** Asks again every 50 ms until `probe` gives a value; rejects after `limitMs`. */
export async function waitFor<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 15_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const value = await probe();
    if (value !== undefined) return value;
    await delay(50);
  }
  throw new Error(`Nothing came within ${limitMs} ms.`);
}

/** `items` when there are at least `count` of them. */
export function atLeast<T>(count: number, items: readonly T[]): readonly T[] | undefined {
  return items.length >= count ? items : undefined;
}
