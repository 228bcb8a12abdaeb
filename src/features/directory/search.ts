import { type CompiledFilter, compileFilter } from './filter/compile.ts';
import { type SortKey, sortIds, sortKeyOf } from './filter/sort.ts';
import { ScimFailure } from './problems.ts';
import type { Json, Resource } from './resource.ts';
import { resolve } from './schemas/path.ts';
import type { Store } from './store/store.ts';

export type Search = {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: 'ascending' | 'descending' | undefined;
};

type Found = { readonly id: string; readonly key: string | undefined };

/** Ids that are kept of earlier searches, over all of them. */
const MAX_KEPT = 300_000;
/** Resources whose members or groups are read for a filter that asks for these. */
const MAX_ATTACHED = 1_000;
const BATCH = 100;

/**
 * Finds resources. What an index tells costs a point read; else all are read once, and the next page of the same
 * search costs none of it, until anything changes.
 */
export class Searcher {
  readonly #store: Store;
  readonly #kept = new Map<string, { readonly generation: string; readonly ids: readonly string[] }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Ids of all that match, in their order; without `sortBy` the oldest first. @throws ScimFailure */
  async ids(search: Search, options?: { anyKind: boolean }): Promise<readonly string[]> {
    const { kind, documents, attached } = this.#store;
    const filter = search.filter === undefined ? undefined : compileFilter(kind, search.filter, options);
    const sortKey = search.sortBy === undefined ? undefined : this.#sortKey(search.sortBy);
    const narrowed = filter && (await this.#narrow(filter));
    const isDescending = sortKey !== undefined && search.sortOrder === 'descending';
    if (narrowed) return sortIds(await this.#choose(narrowed, { filter, sortKey }), isDescending);
    if (filter?.attributes.has(attached))
      return sortIds(await this.#choose(await documents.ids(), { filter, sortKey }), isDescending);
    const { filter: text, sortBy, sortOrder } = search;
    return this.#remembered(JSON.stringify([text, sortBy, sortOrder]), async () => {
      if (!filter && !sortKey) return documents.ids();
      return sortIds(await this.#scan({ filter, sortKey }), isDescending);
    });
  }

  #sortKey(sortBy: string): SortKey {
    const { kind, attached } = this.#store;
    if (resolve(kind, sortBy)?.attribute?.name === attached)
      throw new ScimFailure('invalidPath', `sortBy: nothing is sorted by its ${attached}`);
    return sortKeyOf(kind, sortBy);
  }

  async #narrow({ equal }: CompiledFilter): Promise<string[] | undefined> {
    const id = equal.get('id');
    return id === undefined ? this.#store.narrow(equal) : [id];
  }

  async #scan({ filter, sortKey }: Test): Promise<Found[]> {
    const found: Found[] = [];
    for await (const page of this.#store.documents.scan())
      for (const resource of page)
        if (!filter || filter.matches(resource)) found.push({ id: resource.id, key: sortKey?.(resource) });
    return found;
  }

  /** Those of the candidates that match, with what is kept apart from them where the filter asks for it. */
  async #choose(candidates: readonly string[], { filter, sortKey }: Test): Promise<Found[]> {
    const { documents, attached } = this.#store;
    const isAttached = filter?.attributes.has(attached) === true;
    if (isAttached && candidates.length > MAX_ATTACHED)
      throw new ScimFailure(
        'tooMany',
        `${attached} of more than ${MAX_ATTACHED} resources would have to be read; narrow the filter, say with ${attached} eq "ID"`,
      );
    const found: Found[] = [];
    for (let at = 0; at < candidates.length; at += BATCH) {
      const resources = await documents.read(candidates.slice(at, at + BATCH));
      const whole: readonly (Resource | Json)[] = isAttached
        ? await this.#store.attach(resources)
        : resources;
      for (const resource of whole)
        if (!filter || filter.matches(resource))
          found.push({ id: String(resource.id), key: sortKey?.(resource) });
    }
    return found;
  }

  async #remembered(key: string, search: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const generation = await this.#store.documents.generation();
    const known = this.#kept.get(key);
    if (known?.generation === generation) return known.ids;
    const ids = await search();
    this.#kept.delete(key);
    this.#kept.set(key, { generation, ids });
    let total = [...this.#kept.values()].reduce((sum, kept) => sum + kept.ids.length + 1, 0);
    for (const [oldest, kept] of this.#kept) {
      if (total <= MAX_KEPT) break;
      total -= kept.ids.length + 1;
      this.#kept.delete(oldest);
    }
    return ids;
  }
}

type Test = { readonly filter: CompiledFilter | undefined; readonly sortKey: SortKey | undefined };
