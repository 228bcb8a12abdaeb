import type { Partition, StoredRow, TableDeclaration, Tables } from '#platform/tables.ts';
import type { Gap } from './connector.ts';

export const connectorsTable: TableDeclaration = {
  name: 'connectors',
  description: 'How each source stands in each subscription: last run, cursors, what could not be read.',
  keys: 'PartitionKey = tenant, RowKey = SOURCE|SUBSCRIPTION: one query tells all the gaps of a tenant.',
};

/** How a source stands in one subscription. */
export type SourceState = {
  readonly source: string;
  readonly subscriptionId: string;
  /** ISO 8601; when the last run was asked for, began and ended. */
  readonly askedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly cursors: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly gaps: readonly Gap[];
};

type StateRow = {
  readonly askedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly cursors?: string;
  readonly counts?: string;
  readonly gaps?: string;
};

/** The states of the sources of one tenant. */
export class SourceStore {
  readonly #rows: Partition;

  constructor(tenantId: string, tables: Tables) {
    this.#rows = tables.open(connectorsTable).forTenant(tenantId);
  }

  /** @param source only this one's */
  async list(source?: string): Promise<SourceState[]> {
    const range = source === undefined ? {} : { from: `${source}|`, to: `${source}|~` };
    return (await this.#rows.list<StateRow>(range)).map(toState);
  }

  async get(source: string, subscriptionId: string): Promise<SourceState | undefined> {
    const row = await this.#rows.get<StateRow>(`${source}|${subscriptionId}`);
    return row && toState(row);
  }

  /** Changes what is given, and leaves the rest. */
  async note(source: string, subscriptionId: string, change: Partial<SourceState>): Promise<void> {
    const { cursors, counts, gaps, ...rest } = change;
    const row: StateRow = {
      ...rest,
      ...(cursors && { cursors: JSON.stringify(cursors) }),
      ...(counts && { counts: JSON.stringify(counts) }),
      ...(gaps && { gaps: JSON.stringify(gaps.slice(0, 50)) }),
    };
    await this.#rows.write({ kind: 'merge', rowKey: `${source}|${subscriptionId}`, row });
  }
}

function toState(row: StoredRow<StateRow>): SourceState {
  const [source = '', subscriptionId = ''] = row.rowKey.split('|');
  const { askedAt, startedAt, endedAt } = row;
  return {
    source,
    subscriptionId,
    ...(askedAt && { askedAt }),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
    cursors: JSON.parse(row.cursors ?? '{}'),
    counts: JSON.parse(row.counts ?? '{}'),
    gaps: JSON.parse(row.gaps ?? '[]'),
  };
}
