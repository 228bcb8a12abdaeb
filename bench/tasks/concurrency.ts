/** Subscriptions that are read at a time, as host.json has it (`maxConcurrentCalls`). */
export const SUBSCRIPTIONS_AT_A_TIME = 8;

/** Runs `work` over the items, at most `limit` at a time. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const next = items.values();
  async function worker(): Promise<void> {
    for (const item of next) await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
