import type { Row, StoredRow } from '#platform/tables.ts';

/** What the row `r` says: how many changes there have been, and which rows the latest of them wrote. */
export type Revision = {
  readonly number: number;
  /** Blob of the alias table in force; undefined until ARM has been asked. */
  readonly aliases: string | undefined;
  /** Row keys by the number of the change that wrote them, oldest first; what is older is not told. */
  readonly recent: readonly (readonly [number: number, rowKey: string])[];
  /** Undefined where the tenant has written nothing yet. */
  readonly etag: string | undefined;
};

export const REVISION_KEY = 'r';
export const HIERARCHY_KEY = 'h';

/** Row keys that the revision remembers: some 4 KB. */
const MAX_RECENT = 120;

export const noRevision: Revision = { number: 0, aliases: undefined, recent: [], etag: undefined };

/** The revision after a change of these rows. */
export function nextRevision(
  before: Revision,
  rowKeys: readonly string[],
  aliases: string | undefined = before.aliases,
): Revision {
  const number = before.number + 1;
  const written = rowKeys.map((rowKey) => [number, rowKey] as const);
  return { ...before, number, aliases, recent: [...before.recent, ...written].slice(-MAX_RECENT) };
}

/** Row keys changed since a number; undefined where that is no longer told. */
export function changedSince({ number, recent }: Revision, since: number): ReadonlySet<string> | undefined {
  if (since > number) return undefined;
  const isTold = recent.length < MAX_RECENT || (recent[0]?.[0] ?? 0) <= since;
  return isTold ? new Set(recent.filter(([at]) => at > since).map(([, rowKey]) => rowKey)) : undefined;
}

/** Sorts as text in the order of the numbers; `code` tells what of the revision lies in the program. */
export function revisionText(number: number, code: string): string {
  return `${String(number).padStart(12, '0')}-${code}`;
}

export function toRevisionRow({ number, aliases, recent }: Revision): Row {
  return { number, recent: JSON.stringify(recent), ...(aliases !== undefined && { aliases }) };
}

export function fromRevisionRow(row: StoredRow | undefined): Revision {
  if (!row) return noRevision;
  return {
    number: Number(row.number),
    aliases: typeof row.aliases === 'string' ? row.aliases : undefined,
    recent: JSON.parse(String(row.recent)) as Revision['recent'],
    etag: row.etag,
  };
}
