import type { ChangeLog } from '../../state/changeLog.ts';
import type { Estate } from '../../state/estate.ts';
import type { Relation } from '../relation.ts';

/** What a query may see: the estate, as of a moment, in some subscriptions. */
export type TableScope = {
  readonly estate: Estate;
  readonly log: ChangeLog;
  /** Ids as the estate writes them, in the order in which rows are read. */
  readonly subscriptionIds: readonly string[];
  readonly now: number;
  readonly lagMilliseconds: number;
};

export type Table = (scope: TableScope) => Relation;
