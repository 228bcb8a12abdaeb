import { fromColumns } from '#features/connectors/index.ts';
import type { Partition, Row, Table, TableDeclaration, Tables } from '#platform/tables.ts';
import type { Definition } from './mapping/definition.ts';
import type { ControlRecord, StandardRecord } from './mapping/frameworks.ts';
import type { ScoreControlRecord, ScoreRecord } from './mapping/score.ts';

export const securityTable: TableDeclaration = {
  name: 'security',
  description: 'What Defender for Cloud says of each subscription, and what was made of its alerts.',
  keys: 'PartitionKey = tenant|subscription|KIND. definitions: RowKey = hash of the assessment name. assessments: hash of the resource, hash of the name: those of a resource stand together. findings: row key of the assessment|hash. recommendations: digit of the severity, hash: gravest first. alerts: `a|TIME HASH` newest first, `i|HASH` of the ARM id to that row, `o|…` outbox. scores: `s|NAME`, `c|HASH` control, `h|DATE` one a day. regulatory: `s|HASH` standard, `c|HASH` control. gone-KIND: row key of what continuous export said is gone, until the next read.',
};

export const KINDS = [
  'definitions',
  'assessments',
  'findings',
  'recommendations',
  'alerts',
  'scores',
  'regulatory',
] as const;
export type Kind = (typeof KINDS)[number];

export type DailyScore = {
  readonly date: string;
  readonly current: number;
  readonly max: number;
  readonly percentage: number;
};

/** How long an instance trusts the definitions that it has read; a list needs them for every row. */
const TRUSTED_MS = 15_000;

/** Defender for Cloud's data of one tenant. */
export class SecurityStore {
  readonly tenantId: string;
  readonly #table: Table;
  readonly #definitions = new Map<
    string,
    { readonly at: number; readonly definitions: Promise<ReadonlyMap<string, Definition>> }
  >();

  constructor(tenantId: string, tables: Tables) {
    this.tenantId = tenantId;
    this.#table = tables.open(securityTable);
  }

  partition(subscriptionId: string, kind: Kind): Partition {
    return this.#table.forTenant(this.tenantId, subscriptionId, kind);
  }

  /** Marks of what continuous export said is gone (`sentAt`). */
  marks(subscriptionId: string, kind: Kind): Partition {
    return this.#table.forTenant(this.tenantId, subscriptionId, `gone-${kind}`);
  }

  /** Removes the marks that a read which began at a time has made needless. */
  async forgetMarks(subscriptionId: string, before: Date): Promise<void> {
    for (const kind of KINDS) {
      const partition = this.marks(subscriptionId, kind);
      const marks = await partition.list<{ sentAt: string }>();
      const old = marks.filter(({ sentAt }) => sentAt < before.toISOString());
      await partition.remove(old.map(({ rowKey }) => rowKey));
    }
  }

  /** By assessment name in lower case; at most 15 s old. */
  definitions(subscriptionId: string): Promise<ReadonlyMap<string, Definition>> {
    const known = this.#definitions.get(subscriptionId);
    if (known && performance.now() - known.at < TRUSTED_MS) return known.definitions;
    const definitions = this.readDefinitions(subscriptionId);
    definitions.catch(() => this.#definitions.delete(subscriptionId));
    this.#definitions.set(subscriptionId, { at: performance.now(), definitions });
    return definitions;
  }

  /** They are read anew when they are asked for. */
  forgetDefinitions(subscriptionId: string): void {
    this.#definitions.delete(subscriptionId);
  }

  async readDefinitions(subscriptionId: string): Promise<ReadonlyMap<string, Definition>> {
    const all = await this.#all<Definition>(subscriptionId, 'definitions');
    return new Map(all.map((definition) => [definition.key.toLowerCase(), definition]));
  }

  regulatory(subscriptionId: string): Promise<(StandardRecord | ControlRecord)[]> {
    return this.#all(subscriptionId, 'regulatory');
  }

  scores(subscriptionId: string): Promise<(ScoreRecord | ScoreControlRecord)[]> {
    return this.#all(subscriptionId, 'scores', { from: 'c|', to: 's|~', without: 'h|' });
  }

  /** The score of each day since a date (`YYYY-MM-DD`), oldest first. */
  async scoreHistory(subscriptionId: string, since: string): Promise<DailyScore[]> {
    const rows = await this.partition(subscriptionId, 'scores').list<Row>({ from: `h|${since}`, to: 'h|~' });
    return rows.map((row) => ({ date: row.rowKey.slice(2), ...fromColumns<Omit<DailyScore, 'date'>>(row) }));
  }

  async #all<T>(
    subscriptionId: string,
    kind: Kind,
    range: { from?: string; to?: string; without?: string } = {},
  ): Promise<T[]> {
    const { without, ...bounds } = range;
    const rows = await this.partition(subscriptionId, kind).list<Row>(bounds);
    return rows
      .filter(({ rowKey }) => !without || !rowKey.startsWith(without))
      .map((row) => fromColumns<T>(row));
  }
}
