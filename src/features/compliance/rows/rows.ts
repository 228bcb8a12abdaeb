import { packJson, textColumns, textOf, unpackJson } from '#platform/columns.ts';
import type { Row, StoredRow, TableDeclaration } from '#platform/tables.ts';
import { type Outcomes, packOutcomes, unpackOutcomes } from '../evaluation/outcomes.ts';
import type { Counts } from './counts.ts';

/** The same partitions as the inventory's: what a segment's resources are judged to be, with counts, log and outbox. */
export const complianceTable: TableDeclaration = {
  name: 'compliance',
  description: 'What holds: the outcomes of each resource, their counts, and the log that lists follow.',
  keys: 'PartitionKey = tenant|segment. RowKey: `head` number of the last commit and the counts | `r|KEY` outcomes of the resource with that key | `l|SEQ` log | `o|TIME|ID` events not yet published | `d|DATE` counts of a day | `s|RANGE` what the last whole evaluation saw | `seen` how far the inventory was followed. PartitionKey = tenant|!pairs, RowKey = pair: what findings say of it.',
};

export const HEAD = 'head';
export const SEEN = 'seen';

export const rowKeys = {
  resource: (key: string) => `r|${key}`,
  log: (seq: number) => `l|${String(seq).padStart(12, '0')}`,
  day: (date: string) => `d|${date}`,
  sweep: (range: string) => `s|${range}`,
};

/** `}` is the character after `|`. */
export const ranges = {
  /** Rows of the resources whose keys are above `after` and not above `upTo`. */
  resources: (after = '', upTo?: string) => ({
    from: after === '' ? 'r|' : `r|${after}!`,
    to: upTo === undefined ? 'r}' : `r|${upTo}!`,
  }),
  logAfter: (seq: number) => ({ from: rowKeys.log(seq + 1), to: 'l}' }),
  days: (from: string) => ({ from: rowKeys.day(from), to: 'd}' }),
};

/** What is kept of a resource. */
export type StoredOutcomes = {
  readonly key: string;
  readonly id: string;
  /** Number of the commit that wrote it. */
  readonly seq: number;
  readonly findings: string;
  readonly outcomes: Outcomes;
  /** ISO 8601: when it was judged so. */
  readonly evaluatedAt: string;
  readonly etag: string;
};

export function toOutcomesRow(of: { id: string; seq: number; outcomes: Outcomes; at: string }): Row {
  const { findings, compliant } = packOutcomes(of.outcomes);
  return {
    id: of.id,
    seq: of.seq,
    at: of.at,
    ...textColumns('findings', findings),
    ...textColumns('compliant', compliant),
  };
}

export function fromOutcomesRow(row: StoredRow): StoredOutcomes {
  const findings = textOf('findings', row);
  return {
    key: row.rowKey.slice(2),
    id: String(row.id),
    seq: Number(row.seq),
    findings,
    outcomes: unpackOutcomes({ findings, compliant: textOf('compliant', row) }),
    evaluatedAt: String(row.at),
    etag: row.etag,
  };
}

/** Columns of findings that lists read: those of some 5,000 pairs. */
export const FINDINGS_COLUMNS = ['findings0', 'findings1', 'findings2'];

/** Number and time of the last commit, the greatest revision that took part, and the counts of all rows. */
export type Head = {
  readonly seq: number;
  readonly commit: string;
  readonly at: string;
  readonly revision: string;
  readonly counts: Counts;
  readonly etag: string | undefined;
};

export const NO_HEAD: Head = { seq: 0, commit: '', at: '', revision: '', counts: {}, etag: undefined };

export function toHeadRow({ seq, commit, at, revision, counts }: Omit<Head, 'etag'>): Row {
  return { seq, commit, at, revision, ...packJson('counts', counts) };
}

export function fromHeadRow(row: StoredRow | undefined): Head {
  if (!row) return NO_HEAD;
  return {
    seq: Number(row.seq),
    commit: String(row.commit),
    at: String(row.at),
    revision: String(row.revision),
    counts: unpackJson('counts', row) as Counts,
    etag: row.etag,
  };
}

/** Outcomes that a commit changed: key and findings, null where the row is gone. */
export type LogEntry = readonly [key: string, findings: string | null];

export function toLogRow(commit: string, at: string, entries: readonly LogEntry[]): Row {
  return { commit, at, ...packJson('body', entries) };
}

export function fromLogRow(row: StoredRow): { seq: number; entries: LogEntry[] } {
  return { seq: Number(row.rowKey.slice(2)), entries: unpackJson('body', row) as LogEntry[] };
}
