import { Failure } from './failure.ts';

type Columns = Record<string, unknown>;

/**
 * A change of the shape of a table's rows. Releases with and without it run side by side, so it comes in two steps:
 * *expand*, with `down`, while the release before may still run; *contract*, without, once every row was rewritten
 * (`npm run migrate`).
 */
export type RowMigration = {
  /** What rows are afterwards: 2 for the first migration of a table, then one more each. */
  readonly version: number;
  /** What changes, and why, in one sentence. */
  readonly description: string;
  /** Columns that `up` needs: a query that selects columns fetches them too. */
  readonly reads: readonly string[];
  /** The row in the new shape. Pure; leaves alone what it does not know, such as rows of another kind. */
  readonly up: (row: Columns) => Columns;
  /** The row with, beside the new shape, what the version before reads. Pure. */
  readonly down?: (row: Columns) => Columns;
};

/** Table name to its migrations, oldest first. */
export type Migrations = Readonly<Record<string, readonly RowMigration[]>>;

/** Version of a row; absent: 1. */
const VERSION = 'schema';
/** Oldest version of code that may read the row; absent: 1. */
const READABLE = 'schemaSince';

/** How rows of one table are brought to the version of this code, and written so that the one before can read them. */
export class RowVersions {
  readonly current: number;
  readonly #migrations: readonly RowMigration[];
  readonly #since: number;

  /** @throws TypeError where the versions are not 2, 3, 4 … */
  constructor(migrations: readonly RowMigration[] = []) {
    const isInOrder = migrations.every(({ version }, i) => version === i + 2);
    if (!isInOrder) throw new TypeError('migrations of a table have the versions 2, 3, 4 …');
    this.#migrations = migrations;
    this.current = migrations.length + 1;
    const contracted = migrations.findLastIndex(({ down }) => down === undefined);
    this.#since = contracted < 0 ? 1 : contracted + 2;
  }

  /** True where this code knows another shape than the first, so that half a row cannot be written blindly. */
  get isMigrated(): boolean {
    return this.#migrations.length > 0;
  }

  /** Columns that a query must select so that rows can be lifted. */
  columns(select: readonly string[]): string[] {
    const read = this.#migrations.flatMap(({ reads }) => reads);
    return [...new Set([...select, VERSION, READABLE, ...read])];
  }

  versionOf(row: Columns): number {
    return typeof row[VERSION] === 'number' ? row[VERSION] : 1;
  }

  /** The row in the shape of this code. @throws Failure `unavailable` where only newer code can read it */
  lift<T extends Columns>(row: T): T {
    if (row[VERSION] === undefined && !this.isMigrated) return row;
    const { [VERSION]: _, [READABLE]: since = 1, ...rest } = row;
    if (Number(since) > this.current) {
      throw new Failure(
        'unavailable',
        `a row needs version ${Number(since)} of its table, this release knows ${this.current}`,
        {
          next: 'deploy the release that wrote it, or a later one (docs/operations/schema-versions.md)',
        },
      );
    }
    const from = this.versionOf(row);
    return this.#migrations
      .filter(({ version }) => version > from)
      .reduce<Columns>((lifted, { up }) => up(lifted), rest) as T;
  }

  /** A whole row as it is stored. */
  lower(row: Columns): Columns {
    if (!this.isMigrated) return row;
    const lowered = this.#migrations
      .toReversed()
      .reduce((result, { down }) => (down ? down(result) : result), row);
    return { ...lowered, [VERSION]: this.current, ...(this.#since > 1 && { [READABLE]: this.#since }) };
  }

  /**
   * Part of a row, merged by code that knows only the first shape: what a newer release has made of the row beside
   * it no longer holds, and is made again when it is read.
   */
  part(row: Columns): Columns {
    return { ...row, [VERSION]: 1 };
  }
}
