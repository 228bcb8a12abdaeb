import { MAX_TRANSACTION, type Partition, type RowWrite } from '#platform/tables.ts';

type Waiting = {
  readonly writes: readonly RowWrite[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** What is recorded within this time goes into one transaction, once there is more than one at a time. */
const GATHER_MS = 20;
const QUIET_MS = 500;

/** Groups the writes of one partition: one transaction at a time, and while it is on its way the next one gathers. */
export class Recorder {
  readonly #partition: Partition;
  #waiting: Waiting[] = [];
  #rows = 0;
  #isRunning = false;
  #committedAt = Number.NEGATIVE_INFINITY;
  #full: (() => void) | undefined;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** Resolves when all of `writes` are written, in one transaction; upserts and merges only. */
  write(writes: readonly RowWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, resolve, reject });
      this.#rows += writes.length;
      if (this.#rows >= MAX_TRANSACTION) this.#full?.();
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const isQuiet = performance.now() - this.#committedAt > QUIET_MS;
      if (this.#rows < MAX_TRANSACTION && !isQuiet) await this.#gather();
      await this.#commit(this.#take());
      this.#committedAt = performance.now();
    }
    this.#isRunning = false;
  }

  async #gather(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#full = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#full = undefined;
  }

  /** A group that is refused is written one by one, so that only what cannot be written fails. */
  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#partition.transaction(group.flatMap(({ writes }) => writes));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.#commit([one]);
    }
  }

  /** A transaction may touch a row only once, and takes 4 MiB: an attempt is 10 KB at most. */
  #take(): Waiting[] {
    const group: Waiting[] = [];
    const rows = new Set<string>();
    for (const next of this.#waiting) {
      const isFull = rows.size + next.writes.length > MAX_TRANSACTION;
      if (group.length > 0 && (isFull || next.writes.some(({ rowKey }) => rows.has(rowKey)))) break;
      for (const { rowKey } of next.writes) rows.add(rowKey);
      group.push(next);
    }
    this.#waiting = this.#waiting.slice(group.length);
    this.#rows = this.#waiting.reduce((sum, { writes }) => sum + writes.length, 0);
    return group;
  }
}
