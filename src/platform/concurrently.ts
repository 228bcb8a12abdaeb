/** Runs `work` over the items, at most `limit` at a time; results in the order of the items. Rejects with the first error. */
export async function mapConcurrently<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const next = [...items].entries();
  async function worker(): Promise<void> {
    for (const [index, item] of next) results[index] = await work(item, index);
  }
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

/** Runs what it is given, at most `limit` at a time; the others wait their turn. */
export function createLimiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
