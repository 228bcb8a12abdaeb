import type { Value } from './value.ts';

/** A row before its columns are computed: whatever the table made it of. */
export type Source = unknown;

export type Column = {
  readonly name: string;
  readonly read: (source: Source) => Value;
  /** The value as JSON text, where that is cheaper than `JSON.stringify(read(…))`. */
  readonly text?: (source: Source) => string;
  /** Set while this is the table's own column of that name. */
  readonly origin?: string;
};

export type Relation = {
  readonly columns: readonly Column[];
  /** Reads the rows in batches, from the start or after a position. */
  readonly read: (after?: string) => AsyncIterable<readonly Source[]>;
  /** Where the rows come in the order of their ids: what to give `read` to go on after one. */
  readonly position?: (source: Source) => string;
  /** The number of rows, where it is known without reading them. */
  readonly size?: () => number;
  /** Restricts the table itself to some subscriptions (ids in lower case). */
  readonly narrow?: (subscriptionIds: ReadonlySet<string>) => Relation;
};

export type QueryContext = { readonly now: number };
export type Step = (input: Relation, context: QueryContext) => Relation;

/** The same relation without what only a table's own rows allow. */
export function plain(relation: Relation): Relation {
  const { columns, read, position } = relation;
  return position === undefined ? { columns, read } : { columns, read, position };
}
