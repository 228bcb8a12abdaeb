import {
  compareSortValues,
  type Hit,
  ResourceIndex,
  type ResourceMatches,
  type ResourceQuery,
  rowName,
} from '#features/search/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { type Catalogue, toIndexed } from './catalogue.ts';
import { canonicalJson } from './document.ts';
import { documentAt } from './history.ts';
import type { LoggedChange, StoredResource } from './model.ts';
import type { InventoryStore } from './store.ts';

/** What was different then: resources that are not shown as they are now, and those that are shown as they were. */
type Overlay = {
  readonly hidden: ReadonlySet<string>;
  readonly index: ResourceIndex;
  readonly resources: ReadonlyMap<string, StoredResource>;
};

export type PastMatches = ResourceMatches & { readonly resources: ReadonlyMap<string, StoredResource> };

const READ_CONCURRENCY = 16;

/**
 * The matches of a query as of a time: the index of now, with what changed since taken back. Costs a read for each
 * resource that changed since, so yesterday is cheap and last quarter is not.
 */
export async function queryAsOf(
  at: string,
  query: ResourceQuery,
  ports: { store: InventoryStore; catalogue: Catalogue },
): Promise<PastMatches> {
  const overlay = await takeBack(at, ports.store);
  const offset = query.offset ?? 0;
  const reach = { ...query, offset: 0, limit: offset + query.limit };
  const same = await ports.catalogue.query({ ...reach, hidden: overlay.hidden });
  const other = overlay.index.query(reach);
  const merged = [...same.hits, ...other.hits].sort((a, b) => compareHits(a, b, query));
  const hits = merged.slice(offset, offset + query.limit);
  const last = hits.at(-1);
  const more = merged.length > offset + hits.length || same.end !== undefined || other.end !== undefined;
  return {
    total: same.total + other.total,
    hits,
    end: more && last ? { value: last.value, id: last.id } : undefined,
    resources: overlay.resources,
  };
}

async function takeBack(at: string, store: InventoryStore): Promise<Overlay> {
  const hidden = new Set<string>();
  const index = new ResourceIndex();
  const resources = new Map<string, StoredResource>();
  for (const { segment } of await store.segments.list()) {
    const seq = (await store.firstCommitAt(segment, at)) - 1;
    const firstChanges = new Map<string, LoggedChange>();
    for await (const commits of store.commitsAfter(segment, seq)) {
      for (const change of commits.flatMap(({ changes }) => changes)) {
        if (!firstChanges.has(change.entry.key)) firstChanges.set(change.entry.key, change);
      }
    }
    await mapConcurrently(firstChanges, READ_CONCURRENCY, async ([key, change]) => {
      hidden.add(rowName(segment, key));
      const past = change.kind === 'created' ? undefined : await resourceAt(store, { segment, key, seq });
      if (!past) return;
      resources.set(rowName(segment, key), past);
      index.put(toIndexed(segment, past));
    });
  }
  return { hidden, index, resources };
}

/** One resource as of a time; undefined where it did not exist then. */
export async function resourceAsOf(
  store: InventoryStore,
  place: { segment: string; key: string; at: string },
): Promise<StoredResource | undefined> {
  const seq = (await store.firstCommitAt(place.segment, place.at)) - 1;
  const past = await resourceAt(store, { ...place, seq });
  return past && past.createdAt < place.at ? past : undefined;
}

async function resourceAt(
  store: InventoryStore,
  place: { segment: string; key: string; seq: number },
): Promise<StoredResource | undefined> {
  const [current, records] = await Promise.all([
    store.get(place.segment, place.key),
    store.history(place.segment, place.key),
  ]);
  const version = documentAt(place.seq, records, current);
  if (!version) return undefined;
  const { annotations, ...document } = version;
  const end = records.find(({ kind, seq }) => kind === 'deleted' && seq > place.seq);
  const before = records.filter(({ seq }) => seq <= place.seq).at(-1);
  const created = end?.created ?? (current && { at: current.createdAt, cause: current.createdBy });
  const createdAt = created?.at ?? '';
  return {
    key: place.key,
    id: document.id,
    location: document.location,
    tags: document.tags,
    source: current?.source ?? 'azure',
    seq: before?.seq ?? 0,
    hash: '',
    updatedAt: before && before.at > createdAt ? before.at : createdAt,
    json: canonicalJson(document),
    annotations: (annotations ?? {}) as StoredResource['annotations'],
    createdAt,
    createdBy: created?.cause ?? { by: 'sync' },
    apiVersion: undefined,
    etag: '',
  };
}

function compareHits(a: Hit, b: Hit, { sort, descending }: ResourceQuery): number {
  const compared = compareSortValues(sort, a.value, b.value) || compareSortValues('id', a.id, b.id);
  return descending ? -compared : compared;
}
