import type { TenantBlobs } from '#platform/blobs.ts';
import { sizeOfRow } from '#platform/payload.ts';
import type { RowWrite } from '#platform/tables.ts';
import { diff, type PatchOperation } from './diff.ts';
import type {
  Change,
  ChangeKind,
  HistoryRecord,
  LoggedChange,
  ResourceEntry,
  StoredResource,
} from './model.ts';
import { rowKeys, toHistoryRow, toResourceRow } from './rows.ts';

/** A change as the rows that it writes. */
export type PreparedChange = {
  readonly writes: readonly RowWrite[];
  readonly logged: LoggedChange;
  readonly bytes: number;
  readonly logBytes: number;
};

/** Characters of all changed paths of one change together. */
const MAX_PATHS_LENGTH = 20_000;

type Options = { readonly seq: number; readonly at: string; readonly blobs: TenantBlobs };

/** The rows and the log entry of a change, as part of commit `seq`. A creation needs no history row: the resource row is it. */
export async function prepareChange(change: Change, options: Options): Promise<PreparedChange> {
  const { previous } = change;
  if (change.kind === 'delete') {
    const entry = { ...toEntryOf(change.previous), seq: options.seq, updatedAt: options.at };
    const history = await historyWrite('deleted', change, { ...options, before: undefined });
    const remove: RowWrite = { kind: 'delete', rowKey: rowKeys.resource(entry.key) };
    return prepared([remove, history], { kind: 'deleted', entry, changedPaths: [], cause: change.cause });
  }
  const { key, document, hash, json } = change.next;
  const entry: ResourceEntry = {
    key,
    id: document.id,
    location: document.location,
    tags: document.tags,
    source: change.source,
    seq: options.seq,
    hash,
    ...(change.rowHash && { rowHash: change.rowHash }),
    updatedAt: options.at,
  };
  const { annotations, apiVersion } = change;
  const createdAt = previous?.createdAt ?? options.at;
  const createdBy = previous?.createdBy ?? change.cause;
  const row = await toResourceRow(
    { ...entry, json, annotations, createdAt, createdBy, apiVersion },
    options.blobs,
  );
  const rowKey = rowKeys.resource(key);
  if (!previous) {
    return prepared([{ kind: 'insert', rowKey, row }], {
      kind: 'created',
      entry,
      changedPaths: [],
      cause: change.cause,
    });
  }
  const before = snapshot(previous);
  const patch = diff(before, { ...document, annotations });
  const history = await historyWrite('updated', change, { ...options, before });
  return prepared([{ kind: 'replace', rowKey, row, etag: previous.etag }, history], {
    kind: 'updated',
    entry,
    changedPaths: shortened(patch.map((operation) => operation.path)),
    cause: change.cause,
  });
}

async function historyWrite(
  kind: ChangeKind,
  change: Change,
  options: Options & { before: unknown },
): Promise<RowWrite> {
  const { seq, at, blobs } = options;
  const after =
    change.kind === 'delete' ? undefined : { ...change.next.document, annotations: change.annotations };
  const before = options.before ?? (change.previous && snapshot(change.previous));
  const key = change.previous?.key ?? '';
  const record: HistoryRecord = {
    kind,
    at,
    seq,
    cause: change.cause,
    patch: step(before, after),
    inverse: step(after, before),
    ...(change.kind === 'delete' && {
      created: { at: change.previous.createdAt, cause: change.previous.createdBy },
    }),
  };
  return { kind: 'insert', rowKey: rowKeys.history(key, seq), row: await toHistoryRow(record, key, blobs) };
}

/** An event has to fit a message: where too much changed at once, the paths end higher up. */
function shortened(paths: readonly string[]): readonly string[] {
  for (const depth of [Number.POSITIVE_INFINITY, 4, 3, 2]) {
    const cut = [
      ...new Set(
        paths.map((path) =>
          path
            .split('/')
            .slice(0, depth + 1)
            .join('/'),
        ),
      ),
    ];
    if (cut.join('').length <= MAX_PATHS_LENGTH) return cut;
  }
  return [...new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')))];
}

/** Where one side does not exist the whole document comes or goes (RFC 6902: path "" is the document). */
function step(from: unknown, to: unknown): PatchOperation[] {
  if (to === undefined) return [{ op: 'remove', path: '' }];
  if (from === undefined) return [{ op: 'add', path: '', value: to }];
  return diff(from, to);
}

function snapshot(resource: StoredResource): unknown {
  return { ...(JSON.parse(resource.json) as object), annotations: resource.annotations };
}

function toEntryOf({ key, id, location, tags, source, seq, hash, updatedAt }: StoredResource): ResourceEntry {
  return { key, id, location, tags, source, seq, hash, updatedAt };
}

function prepared(writes: RowWrite[], logged: LoggedChange): PreparedChange {
  const bytes = writes.reduce(
    (sum, write) => sum + (write.kind === 'delete' ? 300 : sizeOfRow(write.row)),
    0,
  );
  return { writes, logged, bytes, logBytes: sizeOfLog(logged) };
}

function sizeOfLog({ entry, changedPaths }: LoggedChange): number {
  const tags = Object.entries(entry.tags).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 6,
    0,
  );
  const paths = changedPaths.reduce((sum, path) => sum + path.length + 3, 0);
  return 2 * entry.id.length + tags + paths + 500;
}
