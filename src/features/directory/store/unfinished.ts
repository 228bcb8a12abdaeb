import { randomUUID } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { type Partition, type Tables, WriteConflict } from '#platform/tables.ts';
import { directoryTable } from './rows.ts';

export type Mark = { readonly tenantId: string; readonly kind: 'User' | 'Group'; readonly id: string };

/** A request is answered or given up long before. */
const AGE_MS = 5 * 60_000;

/** Work of several transactions, marked before the first of them: what a process leaves halfway is found again. */
export class Unfinished {
  readonly #marks: Partition;
  readonly #clock: Clock;

  constructor(ports: { tables: Tables; clock: Clock }) {
    this.#marks = ports.tables.open(directoryTable).system('unfinished');
    this.#clock = ports.clock;
  }

  /** Runs the work under a mark, which stays where the work rejects. */
  async during<T>({ tenantId, kind, id }: Mark, work: () => Promise<T>): Promise<T> {
    const rowKey = [tenantId, kind, id, randomUUID()].join('|');
    const row = { since: this.#clock.now().toISOString() };
    await this.#marks.write({ kind: 'insert', rowKey, row });
    const result = await work();
    await this.#marks.write({ kind: 'delete', rowKey });
    return result;
  }

  /** Finishes what has lain for five minutes, each for itself; returns how many could be finished. */
  async resume(finish: (mark: Mark) => Promise<void>): Promise<number> {
    const before = new Date(this.#clock.now().getTime() - AGE_MS).toISOString();
    const old = (await this.#marks.list<{ since: string }>()).filter(({ since }) => since < before);
    let finished = 0;
    for (const { rowKey } of old) {
      const [tenantId = '', kind, id = ''] = rowKey.split('|');
      try {
        await finish({ tenantId, kind: kind === 'User' ? 'User' : 'Group', id });
        await this.#forget(rowKey);
        finished += 1;
      } catch (error) {
        log.error('a change of the directory could not be finished', {
          tenantId,
          id,
          error: messageOf(error),
        });
      }
    }
    return finished;
  }

  /** Another instance may have swept at the same time. */
  async #forget(rowKey: string): Promise<void> {
    try {
      await this.#marks.write({ kind: 'delete', rowKey });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
  }
}
