import { MAX_TRANSACTION, type Partition, type RowWrite } from '#platform/tables.ts';
import { MAX_PACKED, type Packable, packOf, toPacks } from './packs.ts';

type Work = { readonly writes: readonly RowWrite[]; readonly packable?: Packable };
type Waiting = Work & {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** What is recorded within this time goes into one transaction, once there is more than one at a time. */
const GATHER_MS = 40;
const QUIET_MS = 500;
/** So many do not wait for more. */
const MANY = 200;

/** Groups the writes of one partition: one transaction at a time, and while it is on its way the next one gathers. */
export class Recorder {
  readonly #partition: Partition;
  #waiting: Waiting[] = [];
  #isRunning = false;
  #committedAt = Number.NEGATIVE_INFINITY;
  #full: (() => void) | undefined;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** Resolves when all of `writes` are written, in one transaction; upserts and merges only. */
  write(writes: readonly RowWrite[]): Promise<void> {
    return this.#add({ writes });
  }

  /** Resolves when it is written, in a row with others of its endpoint. */
  pack(packable: Packable): Promise<void> {
    return this.#add({ writes: [], packable });
  }

  #add(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...work, resolve, reject });
      if (this.#waiting.length >= MANY) this.#full?.();
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const isQuiet = performance.now() - this.#committedAt > QUIET_MS;
      if (this.#waiting.length < MANY && !isQuiet) await this.#gather();
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
      const packables = group.flatMap(({ packable }) => packable ?? []);
      await this.#partition.transaction([...group.flatMap(({ writes }) => writes), ...toPacks(packables)]);
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.#commit([one]);
    }
  }

  /** A transaction may touch a row only once, and takes 100 of them and 4 MiB: an attempt is 10 KB at most. */
  #take(): Waiting[] {
    const rows = new Set<string>();
    let packed = 0;
    const isOver = this.#waiting.findIndex(({ writes, packable }, index) => {
      const isTwice = writes.some(({ rowKey }) => rows.has(rowKey));
      for (const { rowKey } of writes) rows.add(rowKey);
      if (packable) rows.add(packOf(packable));
      packed += packable?.text.length ?? 0;
      return index > 0 && (isTwice || rows.size + packed / MAX_PACKED > MAX_TRANSACTION);
    });
    return this.#waiting.splice(0, isOver < 0 ? this.#waiting.length : isOver);
  }
}
