import type { TenantBlobs } from '#platform/blobs.ts';
import { decodeBody, encodeBody } from '#platform/payload.ts';
import type { Row, StoredRow, TableDeclaration } from '#platform/tables.ts';
import type { Cause, Commit, HistoryRecord, LoggedChange, ResourceEntry, StoredResource } from './model.ts';

/** One partition a segment (tenant + subscription): state, log and outbox commit together in one transaction. */
export const inventoryTable: TableDeclaration = {
  name: 'inventory',
  description: 'Resources, their history, and the log of changes with its outbox.',
  keys: 'PartitionKey = tenant|segment (a subscription, or `external`). RowKey: `head` | `r|KEY` resource | `h|KEY|SEQ` history | `l|SEQ` log | `o|SEQ` not yet published | `stale` scopes that could not be read.',
};

export const inventoryBlobs = {
  name: 'documents',
  description: 'Resource documents too large for a table row, even compressed.',
};

export const HEAD = 'head';
/** The last commit: its number, id and time, and when a commit last deleted something (empty: never). */
export type HeadRow = { seq: number; commit: string; at: string; deletedAt: string };
export const STALE = 'stale';
const SEQ_DIGITS = 12;

export const rowKeys = {
  resource: (key: string) => `r|${key}`,
  log: (seq: number) => `l|${pad(seq)}`,
  outbox: (seq: number) => `o|${pad(seq)}`,
  history: (key: string, seq: number) => `h|${key}|${pad(seq)}`,
};

/** Row key ranges: `}` is the character after `|`. */
export const ranges = {
  resources: { from: 'r|', to: 'r}' },
  outbox: { from: 'o|', to: 'o}' },
  logAfter: (seq: number) => ({ from: rowKeys.log(seq + 1), to: 'l}' }),
  historyOf: (key: string) => ({ from: `h|${key}|`, to: `h|${key}}` }),
};

const MAX_TAG_COLUMN = 30_000;

export async function toResourceRow(
  resource: Omit<StoredResource, 'etag'>,
  blobs: TenantBlobs,
): Promise<Row> {
  return {
    id: resource.id,
    location: resource.location,
    tags: tagColumn(resource.tags),
    source: resource.source,
    hash: resource.hash,
    seq: resource.seq,
    ...(resource.rowHash && { rowHash: resource.rowHash }),
    createdAt: resource.createdAt,
    updatedAt: resource.updatedAt,
    createdBy: JSON.stringify(resource.createdBy),
    ...(resource.apiVersion && { apiVersion: resource.apiVersion }),
    ...(Object.keys(resource.annotations).length > 0 && {
      annotations: JSON.stringify(resource.annotations),
    }),
    ...(await encodeBody(resource.json, blobs, `${resource.key}/${resource.hash}`)),
  };
}

function toEntry(row: StoredRow): ResourceEntry {
  return {
    key: row.rowKey.slice(2),
    id: String(row.id),
    location: String(row.location),
    tags: JSON.parse(String(row.tags)) as Record<string, string>,
    source: row.source === 'api' ? 'api' : 'azure',
    hash: String(row.hash),
    seq: Number(row.seq),
    ...(typeof row.rowHash === 'string' && { rowHash: row.rowHash }),
    updatedAt: String(row.updatedAt),
  };
}

export async function toStoredResource(row: StoredRow, blobs: TenantBlobs): Promise<StoredResource> {
  return {
    ...toEntry(row),
    json: await decodeBody(row, blobs),
    annotations: typeof row.annotations === 'string' ? JSON.parse(row.annotations) : {},
    createdAt: String(row.createdAt),
    createdBy: JSON.parse(String(row.createdBy)),
    apiVersion: typeof row.apiVersion === 'string' ? row.apiVersion : undefined,
    etag: row.etag,
  };
}

/** A logged change without what its commit says already: number, time, and the cause that it shares with the first. */
type PackedChange = Omit<ResourceEntry, 'seq' | 'updatedAt'> & {
  readonly kind: LoggedChange['kind'];
  readonly changedPaths?: readonly string[];
  readonly cause?: Cause;
};

export async function toLogRow(commit: Commit, blobs: TenantBlobs): Promise<Row> {
  const first = commit.changes[0]?.cause;
  const changes = commit.changes.map(({ kind, entry, changedPaths, cause }): PackedChange => {
    const { seq: _, updatedAt: __, ...rest } = entry;
    return {
      kind,
      ...rest,
      ...(changedPaths.length > 0 && { changedPaths }),
      ...(cause !== first && { cause }),
    };
  });
  const text = JSON.stringify({ cause: first, changes });
  const body = await encodeBody(text, blobs, `log/${commit.segment}/${commit.seq}`);
  const hasDeletions = commit.changes.some(({ kind }) => kind === 'deleted');
  return { at: commit.at, ...(hasDeletions && { hasDeletions }), ...body };
}

export async function toCommit(segment: string, row: StoredRow, blobs: TenantBlobs): Promise<Commit> {
  const at = String(row.at);
  const seq = seqOf(row.rowKey);
  const packed = JSON.parse(await decodeBody(row, blobs)) as { cause: Cause; changes: PackedChange[] };
  const changes = packed.changes.map(({ kind, changedPaths = [], cause = packed.cause, ...rest }) => {
    return { kind, entry: { ...rest, seq, updatedAt: at }, changedPaths, cause };
  });
  return { segment, seq, at, changes };
}

export async function toHistoryRow(record: HistoryRecord, key: string, blobs: TenantBlobs): Promise<Row> {
  const { patch, inverse, created, ...rest } = record;
  const body = await encodeBody(
    JSON.stringify({ patch, inverse, created }),
    blobs,
    `${key}/history/${record.seq}`,
  );
  return { kind: rest.kind, at: rest.at, cause: JSON.stringify(rest.cause), ...body };
}

export async function toHistoryRecord(row: StoredRow, blobs: TenantBlobs): Promise<HistoryRecord> {
  return {
    kind: row.kind as HistoryRecord['kind'],
    at: String(row.at),
    seq: seqOf(row.rowKey),
    cause: JSON.parse(String(row.cause)),
    ...(JSON.parse(await decodeBody(row, blobs)) as Pick<HistoryRecord, 'patch' | 'inverse' | 'created'>),
  };
}

/** The commit number that a log, outbox or history row key ends with. */
export function seqOf(rowKey: string): number {
  return Number(rowKey.slice(-SEQ_DIGITS));
}

function pad(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0');
}

/** 50 tags of the longest kind do not fit a column; what does not fit cannot be filtered by, and stays in the document. */
function tagColumn(tags: Readonly<Record<string, string>>): string {
  const json = JSON.stringify(tags);
  if (json.length <= MAX_TAG_COLUMN) return json;
  let size = 2;
  const fitting = Object.entries(tags).filter(([name, value]) => {
    size += name.length + value.length + 8;
    return size <= MAX_TAG_COLUMN;
  });
  return JSON.stringify(Object.fromEntries(fitting));
}
