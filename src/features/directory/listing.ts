import type { Collection } from './collection.ts';
import { toProjection } from './document/project.ts';
import { render, toList } from './document/render.ts';
import type { Json, Resource } from './resource.ts';
import type { SearchQuery } from './schema.ts';
import type { TenantDirectory } from './service.ts';

type Found = { readonly collection: Collection; readonly ids: readonly string[] };

/** A page of the users or of the groups that match. @throws ScimFailure */
export async function list(collection: Collection, query: SearchQuery, base: string): Promise<Json> {
  return toPage([{ collection, ids: await collection.searcher.ids(query) }], query, base);
}

/** A page of all that match, users first. @throws ScimFailure */
export async function listAll(
  { users, groups }: TenantDirectory,
  query: SearchQuery,
  base: string,
): Promise<Json> {
  const found = await Promise.all(
    [users, groups].map(async (collection) => ({
      collection,
      ids: await collection.searcher.ids(query, { anyKind: true }),
    })),
  );
  return toPage(found, query, base);
}

async function toPage(found: readonly Found[], query: SearchQuery, base: string): Promise<Json> {
  const { startIndex, count } = query;
  const projection = toProjection(query);
  const resources: Json[] = [];
  let [skip, left] = [startIndex - 1, count];
  for (const { collection, ids } of found) {
    const page = ids.slice(skip, skip + left);
    const { kind } = collection.store;
    const read = await collection.withAttached(await readPage(collection, page, query), projection);
    resources.push(...read.map((resource) => render(kind, resource, { base, projection })));
    skip = Math.max(0, skip - ids.length);
    left -= page.length;
  }
  const total = found.reduce((sum, { ids }) => sum + ids.length, 0);
  return toList(resources, { total, startIndex });
}

/** Without filter and order, a page is a range of rows: one read for all. */
function readPage(
  { store }: Collection,
  page: readonly string[],
  { filter, sortBy }: SearchQuery,
): Promise<Resource[]> {
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined) return Promise.resolve([]);
  if (filter === undefined && sortBy === undefined) return store.documents.readRange(first, last);
  return store.documents.read(page);
}
