import { RowSync, type RowSyncOptions, type SyncRun } from '#features/connectors/index.ts';
import type { Defender } from '#platform/defender.ts';
import type { Queues } from '#platform/queues.ts';
import type { SecurityStore } from '../store.ts';
import type { Parser } from './parse.ts';

/** What every part of a run over one subscription works with. */
export type SyncContext = {
  readonly run: SyncRun;
  readonly defender: Defender;
  readonly store: SecurityStore;
  readonly queues: Queues;
  readonly parser: Parser;
  /** When the run began; undefined where Azure does not send of its own accord what is read. */
  readonly startedAt: Date | undefined;
};

/** The rows of a part, made what Azure lists; what it has sent since the run began stays. */
export function openRows({ startedAt }: SyncContext, options: RowSyncOptions): Promise<RowSync> {
  return RowSync.open({ ...options, ...(startedAt && { startedAt }) });
}

/** The numbers of a part, for the state of the source. */
export function count({ run }: SyncContext, name: string, rows: RowSync): void {
  run.counts[name] = rows.counts.read;
  run.counts[`${name}_written`] = rows.counts.written;
  run.counts[`${name}_deleted`] = rows.counts.deleted;
}
