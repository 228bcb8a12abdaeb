import { type Attribution, attributed } from './attributions.ts';
import { applyPatch } from './diff.ts';
import type { ResourceDocument } from './document.ts';
import type { Cause, HistoryRecord, StoredResource } from './model.ts';
import type { HistoryEntry } from './schema.ts';

/** The document (with our annotations) as it was after each change; undefined where there was none. */
type Version = (ResourceDocument & { readonly annotations?: unknown }) | undefined;

/**
 * Every change of a resource, newest first, as the API shows it. Creations are not stored as changes: that of the
 * resource stands in its row, that of an earlier life in the deletion that ended it. `named` says by time who made
 * the changes that tell of nobody.
 */
export function toHistory(
  records: readonly HistoryRecord[],
  current: StoredResource | undefined,
  named: ReadonlyMap<string, Attribution> = new Map(),
): HistoryEntry[] {
  const creations = [
    ...records.flatMap(({ created }) => (created ? [created] : [])),
    ...(current ? [{ at: current.createdAt, cause: current.createdBy }] : []),
  ].map(({ at, cause }) => ({ kind: 'created' as const, at, ...toCause(cause), patch: [], inverse: [] }));
  const changes = records.map(({ kind, at, seq, cause, patch, inverse }) => ({
    kind,
    at,
    ...toCause(cause),
    version: seq,
    patch: [...patch],
    inverse: [...inverse],
  }));
  return [...changes, ...creations]
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .map((entry) => attributed(entry, named.get(entry.at)));
}

/**
 * The document as of the end of commit `seq`, for a resource that existed then: the newer changes of that life are
 * taken back, newest first.
 */
export function documentAt(
  seq: number,
  records: readonly HistoryRecord[],
  current: StoredResource | undefined,
): Version {
  const newer = records.filter((record) => record.seq > seq);
  const end = newer.findIndex(({ kind }) => kind === 'deleted');
  const ofThatLife = end < 0 ? newer : newer.slice(0, end + 1);
  const last =
    end < 0 && current
      ? { ...(JSON.parse(current.json) as ResourceDocument), annotations: current.annotations }
      : undefined;
  return ofThatLife
    .reverse()
    .reduce<Version>((version, { inverse }) => applyPatch(version, inverse) as Version, last);
}

function toCause({
  by,
  actor,
  correlationId,
}: Cause): Pick<HistoryEntry, 'source' | 'actor' | 'correlation_id'> {
  return { source: by, actor: actor ?? null, correlation_id: correlationId ?? null };
}
