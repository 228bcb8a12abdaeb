import type { Clock } from '#platform/clock.ts';
import { type Partition, type TableDeclaration, WriteConflict } from '#platform/tables.ts';

export const limitsTable: TableDeclaration = {
  name: 'limits',
  description: 'How many calls of a minute the instances have taken for themselves.',
  keys: 'PartitionKey = tenant, RowKey = `tenant`, or the id of a caller. A row is written once a twentieth of the limit, not once a call.',
};

type CountRow = { window: number; taken: number };

export type Quota = {
  readonly partition: Partition;
  readonly subject: string;
  readonly limit: number;
  readonly clock: Clock;
};

const WINDOW_MS = 60_000;
/** An instance takes this part of the limit at a time. */
const PARTS = 20;
const MAX_TRIES = 30;

/**
 * The calls that this instance may let through in the minute at hand. They are taken from a row that all instances
 * share, a chunk at a time and with its ETag, so that together they never let through more than the limit.
 */
export class Lease {
  readonly #quota: Quota;
  readonly #chunk: number;
  #window = 0;
  #left = 0;
  #taken = 0;
  #isExhausted = false;
  #etag: string | undefined;
  #refilling: Promise<void> | undefined;

  constructor(quota: Quota) {
    this.#quota = quota;
    this.#chunk = Math.max(1, Math.floor(quota.limit / PARTS));
  }

  /** Takes one call: whether it may go on. Reads the table about once a chunk. */
  async take(): Promise<boolean> {
    this.#turn();
    while (this.#left === 0) {
      if (this.#isExhausted) return false;
      await this.#refill();
      this.#turn();
    }
    this.#left -= 1;
    return true;
  }

  /** Calls that may still come before the limit, as far as this instance knows. */
  get remaining(): number {
    return this.#isExhausted ? this.#left : this.#left + Math.max(0, this.#quota.limit - this.#taken);
  }

  /** Seconds until the next minute begins. */
  get resetSeconds(): number {
    return Math.ceil((WINDOW_MS - (this.#quota.clock.now().getTime() % WINDOW_MS)) / 1000);
  }

  #turn(): void {
    const window = Math.floor(this.#quota.clock.now().getTime() / WINDOW_MS);
    if (window === this.#window) return;
    this.#window = window;
    this.#left = 0;
    this.#taken = 0;
    this.#isExhausted = false;
  }

  /** Those who wait meanwhile wait for the same chunk. */
  #refill(): Promise<void> {
    this.#refilling ??= this.#takeChunk().finally(() => {
      this.#refilling = undefined;
    });
    return this.#refilling;
  }

  async #takeChunk(): Promise<void> {
    const window = this.#window;
    let known = this.#etag === undefined ? await this.#read() : { taken: this.#taken, etag: this.#etag };
    for (let attempt = 1; ; attempt += 1) {
      const granted = Math.min(this.#chunk, this.#quota.limit - known.taken);
      if (window === this.#window) this.#taken = known.taken + Math.max(0, granted);
      if (granted <= 0) {
        this.#etag = known.etag;
        this.#isExhausted = window === this.#window;
        return;
      }
      try {
        this.#etag = await this.#write({ window, taken: known.taken + granted }, known.etag);
        if (window === this.#window) this.#left += granted;
        return;
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt >= MAX_TRIES) throw error;
        known = await this.#read();
      }
    }
  }

  async #read(): Promise<{ taken: number; etag: string | undefined }> {
    const row = await this.#quota.partition.get<CountRow>(this.#quota.subject);
    return { taken: row?.window === this.#window ? row.taken : 0, etag: row?.etag };
  }

  #write(row: CountRow, etag: string | undefined): Promise<string | undefined> {
    const { partition, subject: rowKey } = this.#quota;
    return partition.write(
      etag === undefined ? { kind: 'insert', rowKey, row } : { kind: 'replace', rowKey, row, etag },
    );
  }
}
