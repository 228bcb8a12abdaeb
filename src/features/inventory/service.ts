import { rowName } from '#features/search/index.ts';
import { toFieldProblems } from '#http/input.ts';
import { type Principal, visibleSubscription } from '#http/principal.ts';
import { statusOf } from '#http/problem.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { queryAsOf, resourceAsOf } from './asOf.ts';
import type { Attributions } from './attributions.ts';
import type { Catalogue } from './catalogue.ts';
import { listChanges } from './changes.ts';
import { encodeCursor } from './cursor.ts';
import { canonicalize, canonicalJson, type ResourceDocument } from './document.ts';
import { toHistory } from './history.ts';
import { toIndexQuery, toProjection } from './listQuery.ts';
import type { Cause, Change, StoredResource } from './model.ts';
import { alreadyThere, noSuchResource, outOfScope, ownedByAzure, requireMatch, tooBusy } from './refusals.ts';
import { annotate, applyUpdate, toDocument, toPut } from './registration.ts';
import { parseResourceId, parseShortId, resourceKey, segmentOf } from './resourceId.ts';
import {
  type BatchResult,
  type ChangesQuery,
  type EstateChange,
  type ExportQuery,
  type HistoryEntry,
  type Resource,
  ResourceInput,
  type ResourceListQuery,
  type ResourceQueryInput,
  type ResourceUpdate,
  type SubscriptionInfo,
} from './schema.ts';
import type { InventoryStore, StaleScopes } from './store.ts';
import { etagOf, toResource } from './view.ts';

/** Writes that lost a race are decided anew this many times. */
const MAX_TRIES = 5;
/** Documents kept decoded on an instance. */
const MAX_DOCUMENTS = 5_000;
const READ_CONCURRENCY = 32;

type Viewer = Pick<Principal, 'scopes'>;
type Place = { readonly segment: string; readonly key: string };
type ResourcePage = {
  data: Partial<Resource>[];
  page: number;
  limit: number;
  total: number;
  nextCursor: string | null;
};

export type InventoryPorts = {
  readonly store: InventoryStore;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly retentionDays: number;
  /** Resolves when what was committed has been published. */
  readonly published: () => Promise<void>;
  /** Who made changes that came without an actor; undefined: nobody knows. */
  readonly attributions?: Attributions;
};

/** The use cases of one tenant's inventory. */
export class Inventory {
  readonly #store: InventoryStore;
  readonly #catalogue: Catalogue;
  readonly #published: () => Promise<void>;
  readonly #clock: Clock;
  readonly #retentionDays: number;
  readonly #attributions: Attributions | undefined;
  readonly #documents = new Map<string, StoredResource>();

  constructor(ports: InventoryPorts) {
    this.#store = ports.store;
    this.#catalogue = ports.catalogue;
    this.#published = ports.published;
    this.#clock = ports.clock;
    this.#retentionDays = ports.retentionDays;
    this.#attributions = ports.attributions;
  }

  /** @throws Failure `notFound`, as for what does not exist, where the caller is limited to other subscriptions */
  async requireVisible(id: string, caller: Viewer): Promise<void> {
    if (!caller.scopes.subscriptions) return;
    const { segment } = await this.#locate(id);
    if (!visibleSubscription(caller, segment)) throw noSuchResource(id);
  }

  /** A page of resources; the index finds them, point reads fetch their documents. */
  async list(input: ResourceListQuery): Promise<ResourcePage> {
    const query = toIndexQuery(input);
    const ports = { store: this.#store, catalogue: this.#catalogue };
    const past = input.at === undefined ? undefined : await queryAsOf(this.#past(input.at), query, ports);
    const matches = past ?? (await this.#catalogue.query(query));
    const keep = toProjection(input.fields);
    const stale = new Map<string, Promise<StaleScopes>>();
    const data = await mapConcurrently(matches.hits, READ_CONCURRENCY, async (hit) => {
      const resource = past?.resources.get(rowName(hit.segment, hit.key)) ?? (await this.#document(hit));
      if (!resource) return undefined;
      const scopes = stale.get(hit.segment) ?? this.#store.staleScopes(hit.segment);
      stale.set(hit.segment, scopes);
      return keep(toResource(resource, await scopes));
    });
    return {
      data: data.filter((resource) => resource !== undefined),
      page: input.page,
      limit: input.limit,
      total: matches.total,
      nextCursor: matches.end ? encodeCursor(query, matches.end) : null,
    };
  }

  /** @throws Failure `notFound` */
  async get(
    id: string,
    { at, fields }: ResourceQueryInput = {},
  ): Promise<{ resource: Partial<Resource>; etag: string }> {
    const keep = toProjection(fields);
    const place = await this.#locate(id);
    if (at !== undefined) {
      const past = await resourceAsOf(this.#store, { ...place, at: this.#past(at) });
      if (!past) throw new Failure('notFound', `there was no resource ${id} at ${at}`);
      const shown = toResource(past, {});
      return { resource: keep(shown), etag: etagOf(shown) };
    }
    const [resource, stale] = await Promise.all([
      this.#read(place, id),
      this.#store.staleScopes(place.segment),
    ]);
    const shown = toResource(resource, stale);
    return { resource: keep(shown), etag: etagOf(shown) };
  }

  /** Every change of a resource, newest first; also of one that is gone. @throws Failure `notFound` */
  async history(id: string): Promise<{ data: HistoryEntry[]; total: number }> {
    const { segment, key } = await this.#locate(id);
    const [records, current, named] = await Promise.all([
      this.#store.history(segment, key),
      this.#store.get(segment, key),
      this.#attributions?.ofResource(segment, key),
    ]);
    if (records.length === 0 && !current) throw noSuchResource(id);
    const data = toHistory(records, current, named);
    return { data, total: data.length };
  }

  /** Changes of the whole estate, newest first. */
  changes(query: ChangesQuery): Promise<{ data: EstateChange[]; nextCursor: string | null }> {
    return listChanges({ store: this.#store, attributions: this.#attributions }, query);
  }

  /** Every resource that matches, in no order, page by page as the tables give them. */
  async export(input: ExportQuery): Promise<AsyncIterable<Partial<Resource>[]>> {
    const keep = toProjection(input.fields);
    const { filter } = toIndexQuery({ ...input, sort: 'id', page: 1, limit: 1 });
    const query = { filter, sort: 'id', descending: false, limit: Number.MAX_SAFE_INTEGER } as const;
    const { hits } = await this.#catalogue.query(query);
    const wanted = new Set(hits.map(({ segment, key }) => rowName(segment, key)));
    return this.#pages(wanted, keep);
  }

  async *#pages(
    wanted: ReadonlySet<string>,
    keep: (resource: Resource) => Partial<Resource>,
  ): AsyncGenerator<Partial<Resource>[]> {
    for (const { segment } of await this.#store.segments.list()) {
      const stale = await this.#store.staleScopes(segment);
      for await (const page of this.#store.resources(segment)) {
        const chosen = page.filter(({ key }) => wanted.has(rowName(segment, key)));
        if (chosen.length > 0) yield chosen.map((resource) => keep(toResource(resource, stale)));
      }
    }
  }

  /** Registers a resource that is not in Azure. @throws Failure `conflict` where the id is taken */
  async create(input: ResourceInput, cause: Cause, caller: Viewer): Promise<Resource> {
    const document = toDocument(input);
    const segment = segmentOf(document.id);
    if (!visibleSubscription(caller, segment)) throw outOfScope(document.id);
    await this.#store.segments.ensure(segment);
    const written = await this.#write(segment, resourceKey(document.id), (existing) => {
      if (existing) throw alreadyThere(existing);
      return toPut(document, annotate({}, input.annotations), { previous: undefined, cause });
    });
    return toResource(written, {});
  }

  /** Each item on its own: a bad one does not hold back the others. */
  async createBatch(items: readonly unknown[], cause: Cause, caller: Viewer): Promise<BatchResult> {
    const data = await mapConcurrently(items, 100, async (item, index) => {
      const parsed = ResourceInput.safeParse(item);
      if (!parsed.success) {
        const errors = toFieldProblems(parsed.error, 'body').map(({ field, reason }) => ({ field, reason }));
        return { index, status: 400, error: { detail: 'the resource is not valid', errors } };
      }
      try {
        const created = await this.create(parsed.data, cause, caller);
        return { index, status: 201, id: created.id, short_id: created.short_id };
      } catch (error) {
        if (error instanceof Failure)
          return { index, status: statusOf(error.code), error: { detail: error.message } };
        log.error('item of a batch failed unexpectedly', { index, error: messageOf(error) });
        return {
          index,
          status: 500,
          error: { detail: 'something went wrong on our side; send this item again' },
        };
      }
    });
    const succeeded = data.filter(({ status }) => status === 201).length;
    return { succeeded, failed: data.length - succeeded, data };
  }

  /**
   * Changes a registered resource, or our annotations of an Azure-owned one; returns it before and after.
   * @throws Failure `notFound`; `conflict` for a field that Azure owns
   */
  async update(
    id: string,
    input: ResourceUpdate,
    condition: { cause: Cause; ifMatch: string | undefined },
  ): Promise<{ before: Resource; after: Resource }> {
    const { cause, ifMatch } = condition;
    const { segment, key } = await this.#locate(id);
    let before: StoredResource | undefined;
    const written = await this.#write(segment, key, (existing) => {
      if (!existing) throw noSuchResource(id);
      before = existing;
      requireMatch(existing, ifMatch);
      const annotations = annotate(existing.annotations, input.annotations);
      const document = JSON.parse(existing.json) as ResourceDocument;
      const next = applyUpdate(document, input);
      const isSame = canonicalize(next).hash === existing.hash;
      if (existing.source === 'azure' && !isSame) throw ownedByAzure(existing, document, next);
      if (next.id !== document.id || next.name !== document.name || next.type !== document.type) {
        throw new Failure('conflict', 'id, name and type of a resource cannot change', {
          next: 'register it anew and delete this one',
        });
      }
      if (isSame && canonicalJson(annotations) === canonicalJson(existing.annotations)) return undefined;
      return toPut(next, annotations, { previous: existing, cause });
    });
    const stale = await this.#store.staleScopes(segment);
    return { before: toResource(before ?? written, stale), after: toResource(written, stale) };
  }

  /** Removes a registered resource; returns what it was. @throws Failure `notFound`; `conflict` where Azure owns it */
  async delete(id: string, condition: { cause: Cause; ifMatch: string | undefined }): Promise<Resource> {
    const { cause, ifMatch } = condition;
    const { segment, key } = await this.#locate(id);
    for (let attempt = 1; ; attempt += 1) {
      const existing = await this.#store.get(segment, key);
      if (!existing) throw noSuchResource(id);
      requireMatch(existing, ifMatch);
      if (existing.source === 'azure') {
        throw new Failure('conflict', 'the resource is in Azure and cannot be deleted here', {
          next: `delete it there: az resource delete --ids "${existing.id}"; the inventory follows within seconds`,
        });
      }
      const [result] = await this.#store.write(segment, [{ kind: 'delete', previous: existing, cause }]);
      if (result?.status === 'written') {
        await this.#done();
        return toResource(existing, {});
      }
      if (attempt >= MAX_TRIES) throw tooBusy();
    }
  }

  async subscriptions(): Promise<SubscriptionInfo[]> {
    const segments = await this.#store.segments.list();
    const inAzure = segments.filter(({ state }) => state !== undefined);
    return Promise.all(
      inAzure.map(async ({ segment, displayName, state, azureTenantId, lastSynced }) => ({
        subscription_id: segment,
        display_name: displayName ?? segment,
        state: state ?? 'Unknown',
        tenant_id: azureTenantId ?? this.#store.tenantId,
        last_synced: lastSynced ?? null,
        stale_scopes: await this.#store.staleScopes(segment),
      })),
    );
  }

  /** Decides on the row as it is, writes, and decides anew where somebody was faster. */
  async #write(
    segment: string,
    key: string,
    decide: (existing: StoredResource | undefined) => Change | undefined,
  ): Promise<StoredResource> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
      const existing = await this.#store.get(segment, key);
      const change = decide(existing);
      if (!change && existing) return existing;
      const [result] = change ? await this.#store.write(segment, [change]) : [];
      if (result?.status !== 'written') continue;
      await this.#done();
      const written = await this.#store.get(segment, key);
      if (written) return written;
    }
    throw tooBusy();
  }

  async #done(): Promise<void> {
    this.#catalogue.invalidate();
    await this.#published();
  }

  async #read(place: Place, id: string): Promise<StoredResource> {
    const resource = await this.#store.get(place.segment, place.key);
    if (!resource) throw noSuchResource(id);
    return resource;
  }

  /** Documents by version: the index says which one is the newest, so what is cached is never old. */
  async #document(hit: { segment: string; key: string; seq: number }): Promise<StoredResource | undefined> {
    const name = rowName(hit.segment, hit.key);
    const cached = this.#documents.get(name);
    if (cached && cached.seq >= hit.seq) return cached;
    const resource = await this.#store.get(hit.segment, hit.key);
    if (!resource) return undefined;
    this.#documents.delete(name);
    this.#documents.set(name, resource);
    if (this.#documents.size > MAX_DOCUMENTS)
      this.#documents.delete(this.#documents.keys().next().value ?? '');
    return resource;
  }

  /** @throws Failure `invalid` where the history does not reach back so far */
  #past(at: string): string {
    const oldest = this.#clock.now().getTime() - this.#retentionDays * 86_400_000;
    if (Date.parse(at) >= oldest) return new Date(at).toISOString();
    throw new Failure('invalid', 'the query is not valid', {
      problems: [
        {
          field: 'at',
          reason: `the history is kept for ${this.#retentionDays} days`,
          fix: `ask for a time after ${new Date(oldest).toISOString()}`,
        },
      ],
    });
  }

  async #locate(id: string): Promise<Place> {
    const short = parseShortId(id);
    if (!short) {
      const { id: full } = parseResourceId(id);
      return { segment: segmentOf(full), key: resourceKey(full) };
    }
    const segment = await this.#store.segments.findByCode(short.segmentCode);
    if (!segment) throw noSuchResource(id);
    return { segment, key: short.key };
  }
}
