import type { PatchOperation } from './diff.ts';
import type { CanonicalDocument } from './document.ts';

/** Who owns the truth about a resource: Azure, or whoever registered it through the API. */
export type ResourceSource = 'azure' | 'api';

/** Our own remarks on a resource; the only part of an Azure-owned resource that can be changed here. */
export type Annotations = { readonly owner?: string; readonly criticality?: string; readonly notes?: string };

/** Why a change was made, and by whom. */
export type Cause = {
  readonly by: 'sync' | 'event' | 'feed' | 'api';
  /** User principal name, application id, or name of the API key; absent where nobody knows. */
  readonly actor?: string | undefined;
  readonly correlationId?: string | undefined;
  /** W3C traceparent of the work that made the change. */
  readonly traceparent?: string | undefined;
};

/** What lists, filters and comparisons need of a resource; the document itself stays in the table. */
export type ResourceEntry = {
  readonly key: string;
  readonly id: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: ResourceSource;
  /** Number of the commit, within its segment, that wrote the resource last. */
  readonly seq: number;
  readonly hash: string;
  /** Hash of the Resource Graph row that it was made of: an equal row need not be looked at. */
  readonly rowHash?: string | undefined;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
};

/** A resource as stored, with what a writer needs to replace it. */
export type StoredResource = ResourceEntry & {
  readonly json: string;
  readonly annotations: Annotations;
  readonly createdAt: string;
  readonly createdBy: Cause;
  /** API version that Resource Manager last answered with for this resource. */
  readonly apiVersion: string | undefined;
  readonly etag: string;
};

/** A change that is to be committed. `previous` is what it was decided on: if that is no longer so, it is refused. */
export type Change =
  | {
      readonly kind: 'put';
      readonly next: CanonicalDocument;
      readonly source: ResourceSource;
      readonly rowHash?: string | undefined;
      readonly annotations: Annotations;
      readonly apiVersion: string | undefined;
      readonly previous: StoredResource | undefined;
      readonly cause: Cause;
    }
  | { readonly kind: 'delete'; readonly previous: StoredResource; readonly cause: Cause };

export type ChangeKind = 'created' | 'updated' | 'deleted';

/** One change as the log keeps it. */
export type LoggedChange = {
  readonly kind: ChangeKind;
  readonly entry: ResourceEntry;
  /** JSON Pointers into the document; `/annotations/…` for our own. Empty unless updated. */
  readonly changedPaths: readonly string[];
  readonly cause: Cause;
};

/** One commit of a segment: changes that were made together, in the order of `seq` without gaps. */
export type Commit = {
  readonly segment: string;
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly changes: readonly LoggedChange[];
};

/** What happened to one resource: the patches lead from the document before to the one after, and back. */
export type HistoryRecord = {
  readonly kind: ChangeKind;
  readonly at: string;
  readonly seq: number;
  readonly cause: Cause;
  readonly patch: readonly PatchOperation[];
  readonly inverse: readonly PatchOperation[];
  /** Of a deletion: how the life that it ended began. */
  readonly created?: { readonly at: string; readonly cause: Cause };
};

/** The answer to each change: its entry as committed (for a deletion, the last one), or that it met something else than it was decided on. */
export type WriteResult =
  | { readonly status: 'written'; readonly entry: ResourceEntry }
  | { readonly status: 'conflict' };
