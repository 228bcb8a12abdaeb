export type Gatherer<T> = {
  /** Adds an item; resolves when the batch it went with has been handled. */
  add(item: T): Promise<void>;
  /** Takes out what no batch has yet, resolving their `add`. */
  flush(): readonly T[];
};

/**
 * Gathers items that arrive close together, at most `size`, and hands them on, one batch at a time. `handle` must
 * not reject.
 */
export function createGatherer<T>(
  handle: (items: readonly T[]) => Promise<void>,
  { size, windowMs }: { readonly size: number; readonly windowMs: number },
): Gatherer<T> {
  let waiting: { readonly item: T; readonly done: () => void }[] = [];
  let isBusy = false;

  async function run(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      if (waiting.length < size) await new Promise((resolve) => setTimeout(resolve, windowMs));
      const batch = waiting.splice(0, size);
      if (batch.length > 0) await handle(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    }
    isBusy = false;
  }

  return {
    add: (item) =>
      new Promise((done) => {
        waiting.push({ item, done });
        if (!isBusy) void run();
      }),
    flush: () => {
      const rest = waiting;
      waiting = [];
      for (const { done } of rest) done();
      return rest.map(({ item }) => item);
    },
  };
}
