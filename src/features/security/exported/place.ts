import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import type { Kind, SecurityStore } from '../store.ts';
import type { RowPorts } from './rows.ts';

/** Where and when an item belongs. */
export type Place = {
  readonly store: SecurityStore;
  readonly subscriptionId: string;
  /** When Azure sent it, ISO 8601. */
  readonly sentAt: string;
  readonly clock: Clock;
  readonly queues: Queues;
  /** When the last read of a kind of rows began; undefined where it could not be read. */
  readonly readAtOf: (kind: Kind) => string | undefined;
};

/** The rows of a kind, as they are written to. */
export function rowsOf({ store, subscriptionId, queues, readAtOf }: Place, kind: Kind): RowPorts {
  return {
    partition: store.partition(subscriptionId, kind),
    marks: store.marks(subscriptionId, kind),
    readAt: readAtOf(kind),
    queues,
    tenantId: store.tenantId,
  };
}

/** Of something that does not say when it came about: it is as old as its message. */
export function timeless<T>({ sentAt }: Place, rowKey: string, toRecord: (stored: T | undefined) => T) {
  return { rowKey, sentAt, toRecord, timeOf: () => null, itemTime: null };
}
