import {
  type IndexedResource,
  ResourceIndex,
  type ResourceMatches,
  type ResourceQuery,
} from '#features/search/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { Commit, ResourceEntry } from './model.ts';
import { parseResourceId } from './resourceId.ts';
import type { InventoryStore } from './store.ts';

/** A look at the tables: when it began, and how many changes had been announced by then. */
type Look = { readonly at: number; readonly wanted: number };
type SegmentState = { readonly marker: string; readonly seq: number };

/** How many segments are read at a time when an instance starts. */
const LOAD_CONCURRENCY = 8;

/**
 * A tenant's list index on this instance. It is read from the tables once, then follows the log of each segment:
 * one query tells which segments have a new marker, and only their new commits are read.
 */
export class Catalogue {
  readonly #store: InventoryStore;
  readonly #clock: Clock;
  readonly #freshnessMs: number;
  readonly #index = new ResourceIndex();
  readonly #segments = new Map<string, SegmentState>();
  #wanted = 0;
  #current: { readonly promise: Promise<void> } | undefined;
  #done: Look = { at: Number.NEGATIVE_INFINITY, wanted: 0 };

  constructor(store: InventoryStore, options: { clock: Clock; freshnessMs: number }) {
    this.#store = store;
    this.#clock = options.clock;
    this.#freshnessMs = options.freshnessMs;
  }

  /** A page of the resources that match, as of at most `freshnessMs` ago. */
  async query(query: ResourceQuery): Promise<ResourceMatches> {
    await this.#fresh();
    return this.#index.query(query);
  }

  /** Makes the next query look for changes first: something was written here, or an event said so. */
  invalidate(): void {
    this.#wanted += 1;
  }

  /** Resolves once a look that is fresh enough is done; at most the one under way and one more are waited for. */
  async #fresh(): Promise<void> {
    const need = { since: this.#clock.now().getTime() - this.#freshnessMs, wanted: this.#wanted };
    const isEnough = ({ at, wanted }: Look) => at >= need.since && wanted >= need.wanted;
    if (isEnough(this.#done)) return;
    const current = this.#current;
    if (current) {
      await current.promise.catch(() => undefined);
      if (isEnough(this.#done)) return;
    }
    this.#current ??= this.#start();
    await this.#current.promise;
  }

  #start(): { promise: Promise<void> } {
    const look = { at: this.#clock.now().getTime(), wanted: this.#wanted };
    const promise = this.#refresh().then(
      () => {
        this.#done = look;
        this.#current = undefined;
      },
      (error: unknown) => {
        this.#current = undefined;
        throw error;
      },
    );
    return { promise };
  }

  async #refresh(): Promise<void> {
    const segments = await this.#store.segments.list();
    const changed = segments.filter(({ segment, marker }) => this.#segments.get(segment)?.marker !== marker);
    await mapConcurrently(changed, LOAD_CONCURRENCY, (segment) => this.#read(segment));
  }

  async #read({ segment, marker }: { segment: string; marker: string }): Promise<void> {
    const seq = this.#segments.get(segment)?.seq ?? (await this.#load(segment));
    this.#segments.set(segment, { marker, seq: await this.#follow(segment, seq) });
  }

  async #load(segment: string): Promise<number> {
    const { seq, entries } = await this.#store.entries(segment);
    for (const entry of entries.values()) this.#index.put(toIndexed(segment, entry));
    return seq;
  }

  async #follow(segment: string, seq: number): Promise<number> {
    let last = seq;
    for await (const commits of this.#store.commitsAfter(segment, seq)) {
      for (const commit of commits) {
        this.#apply(commit);
        last = commit.seq;
        this.#segments.set(segment, { marker: '', seq: last });
      }
    }
    return last;
  }

  #apply(commit: Commit): void {
    for (const { kind, entry } of commit.changes) {
      if (kind === 'deleted') this.#index.remove(commit.segment, entry.key);
      else this.#index.put(toIndexed(commit.segment, entry));
    }
  }
}

/** An entry, or a whole stored resource, as the index takes it. */
export function toIndexed(segment: string, entry: ResourceEntry): IndexedResource {
  const parsed = parseResourceId(entry.id);
  return {
    key: entry.key,
    segment,
    id: entry.id,
    name: parsed.name,
    type: parsed.type ?? '',
    location: entry.location,
    resourceGroup: parsed.resourceGroup ?? '',
    tags: entry.tags,
    source: entry.source,
    seq: entry.seq,
    updatedAt: Date.parse(entry.updatedAt),
  };
}
