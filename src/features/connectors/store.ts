import {
  type Partition,
  type StoredRow,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import type { Gap, Received } from './connector.ts';

export const connectorsTable: TableDeclaration = {
  name: 'connectors',
  description: 'How each source stands in each subscription: last run, cursors, what could not be read.',
  keys: 'PartitionKey = tenant, RowKey = SOURCE|SUBSCRIPTION: one query tells all the gaps of a tenant. No subscription: what was sent that names none.',
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
  /** What it sent of its own accord. */
  readonly received?: Received & { readonly at: string };
};

type StateRow = {
  readonly askedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly cursors?: string;
  readonly counts?: string;
  readonly gaps?: string;
  readonly received?: string;
};

const COLUMNS = ['askedAt', 'startedAt', 'endedAt', 'cursors', 'counts', 'gaps', 'received'] as const;
/** Instances that write the same state at a time: each attempt lets one of them through. */
const ATTEMPTS = 20;

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
  async note(
    source: string,
    subscriptionId: string,
    change: Omit<Partial<SourceState>, 'received'>,
  ): Promise<void> {
    const { cursors, counts, gaps, ...rest } = change;
    const row: StateRow = {
      ...rest,
      ...(cursors && { cursors: JSON.stringify(cursors) }),
      ...(counts && { counts: JSON.stringify(counts) }),
      ...(gaps && { gaps: JSON.stringify(gaps.slice(0, 50)) }),
    };
    await this.#rows.write({ kind: 'merge', rowKey: `${source}|${subscriptionId}`, row });
  }

  /** Adds to what was received; a gap takes the place of the one before. */
  async addReceived(source: string, subscriptionId: string, more: Received & { at: string }): Promise<void> {
    const rowKey = `${source}|${subscriptionId}`;
    for (let attempt = 1; ; attempt += 1) {
      const stored = await this.#rows.get<StateRow>(rowKey);
      const before = stored && toState(stored).received;
      const counts = sumOf(before?.counts ?? {}, more.counts);
      const received = JSON.stringify({ at: more.at, counts, gap: more.gap ?? before?.gap });
      try {
        await this.#rows.write(
          stored
            ? { kind: 'replace', rowKey, etag: stored.etag, row: { ...rowOf(stored), received } }
            : { kind: 'insert', rowKey, row: { received } },
        );
        return;
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/** The columns of a state, without what storage says of the row. */
function rowOf(stored: StoredRow<StateRow>): StateRow {
  return Object.fromEntries(COLUMNS.flatMap((name) => (stored[name] ? [[name, stored[name]]] : [])));
}

function sumOf(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...names].map((name) => [name, (left[name] ?? 0) + (right[name] ?? 0)]));
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
    ...(row.received && { received: JSON.parse(row.received) }),
  };
}
