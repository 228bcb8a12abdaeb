import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import { type Attributions, attributed } from './attributions.ts';
import { toCloudEvents } from './events.ts';
import type { Commit } from './model.ts';
import { parseResourceId, toShortId } from './resourceId.ts';
import { resourceTypeOf } from './resourceTypes.ts';
import type { ChangesQuery, EstateChange } from './schema.ts';
import type { InventoryStore } from './store.ts';

/** Where a page ended: everything at or after it was shown. */
type Place = { readonly at: string; readonly id: string };
const Cursor = z.tuple([z.iso.datetime(), z.string()]);

/** Commits that are read from a segment at a time. */
const BLOCK = 50;

/**
 * Changes of the whole estate, newest first. Each segment's log is read backwards, a block at a time, and always that
 * of the segment whose newest unread change may be the next one: a page costs about as many reads as it has segments.
 */
export async function listChanges(
  { store, attributions }: ChangesPorts,
  query: ChangesQuery,
): Promise<{ data: EstateChange[]; nextCursor: string | null }> {
  const after = query.cursor === undefined ? undefined : decode(query.cursor);
  const until = after?.at ?? (query.until && new Date(query.until).toISOString());
  const since = query.since ? new Date(query.since).toISOString() : '';
  const found: EstateChange[] = [];
  for await (const change of newestFirst(store, {
    attributions,
    until,
    includeUntil: after !== undefined,
    segments: query.subscriptionId,
  })) {
    if (change.at < since) break;
    if (after && !comesAfter(change, after)) continue;
    if (!matches(change, query)) continue;
    if (found.length === query.limit) return { data: found, nextCursor: cursorOf(found.at(-1)) };
    found.push(change);
  }
  return { data: found, nextCursor: null };
}

export type ChangesPorts = {
  readonly store: InventoryStore;
  readonly attributions: Attributions | undefined;
};

type Scope = {
  readonly attributions: Attributions | undefined;
  readonly until: string | undefined;
  readonly includeUntil: boolean;
  readonly segments: readonly string[] | undefined;
};

async function* newestFirst(store: InventoryStore, scope: Scope): AsyncGenerator<EstateChange> {
  const known = (await store.segments.list()).map(({ segment }) => segment);
  const wanted = scope.segments?.map((segment) => segment.toLowerCase());
  const chosen = wanted ? known.filter((segment) => wanted.includes(segment)) : known;
  const readers = await Promise.all(chosen.map((segment) => SegmentReader.open(store, segment, scope)));
  for (;;) {
    const next = readers.reduce<SegmentReader | undefined>(
      (best, reader) => (reader.isBefore(best) ? reader : best),
      undefined,
    );
    const change = next?.head;
    if (!next || !change) return;
    yield change;
    await next.advance();
  }
}

/** Reads the log of one segment backwards. */
class SegmentReader {
  readonly #store: InventoryStore;
  readonly #segment: string;
  readonly #attributions: Attributions | undefined;
  #below: number;
  #block: EstateChange[] = [];

  static async open(
    store: InventoryStore,
    segment: string,
    { until, includeUntil, attributions }: Scope,
  ): Promise<SegmentReader> {
    const bound = until && includeUntil ? new Date(Date.parse(until) + 1).toISOString() : until;
    const below =
      bound === undefined ? (await store.head(segment)) + 1 : await store.firstCommitAt(segment, bound);
    const reader = new SegmentReader(store, segment, { below, attributions });
    await reader.#fill();
    return reader;
  }

  constructor(
    store: InventoryStore,
    segment: string,
    { below, attributions }: { below: number; attributions: Attributions | undefined },
  ) {
    this.#store = store;
    this.#segment = segment;
    this.#attributions = attributions;
    this.#below = below;
  }

  get head(): EstateChange | undefined {
    return this.#block[0];
  }

  isBefore(other: SegmentReader | undefined): boolean {
    if (!this.head) return false;
    return !other?.head || compare(this.head, other.head) < 0;
  }

  async advance(): Promise<void> {
    this.#block.shift();
    await this.#fill();
  }

  /** Commits that were forgotten leave holes at the beginning of the log; there it ends. */
  async #fill(): Promise<void> {
    if (this.#block.length > 0 || this.#below <= 1) return;
    const from = Math.max(1, this.#below - BLOCK);
    const [commits, named] = await Promise.all([
      this.#store.commitsBetween(this.#segment, from, this.#below),
      this.#attributions?.ofCommits(this.#segment, from, this.#below),
    ]);
    this.#below = commits.length === 0 ? 1 : from;
    this.#block = commits
      .flatMap((commit) => {
        const keys = commit.changes.map(({ entry }) => `${commit.seq}|${entry.key}`);
        const changes = toChanges(this.#store.tenantId, commit);
        return changes.map((change, index) => attributed(change, named?.get(keys[index] ?? '')));
      })
      .sort(compare);
  }
}

function toChanges(tenantId: string, commit: Commit): EstateChange[] {
  const events = toCloudEvents(tenantId, commit);
  return commit.changes.map(({ kind, entry, changedPaths, cause }, index) => {
    const { type = '', subscriptionId = null } = parseResourceId(entry.id);
    return {
      event_id: events[index]?.id ?? '',
      kind,
      at: commit.at,
      resource_id: entry.id,
      short_id: toShortId(commit.segment, entry.key),
      resource_type: type,
      subscription_id: subscriptionId,
      changed_paths: [...changedPaths],
      source: cause.by,
      actor: cause.actor ?? null,
      correlation_id: cause.correlationId ?? null,
    };
  });
}

function matches(change: EstateChange, query: ChangesQuery): boolean {
  const types = query.resourceType?.map((type) => resourceTypeOf(type).toLowerCase());
  return (
    (!types || types.includes(change.resource_type.toLowerCase())) &&
    (!query.kind || query.kind.includes(change.kind)) &&
    (query.actor === undefined || (change.actor ?? '').toLowerCase().includes(query.actor.toLowerCase()))
  );
}

/** Newest first; changes of one moment by event id. */
function compare(a: EstateChange, b: EstateChange): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.event_id === b.event_id) return 0;
  return a.event_id < b.event_id ? 1 : -1;
}

function comesAfter(change: EstateChange, { at, id }: Place): boolean {
  return change.at < at || (change.at === at && change.event_id < id);
}

function cursorOf(change: EstateChange | undefined): string | null {
  return change ? encodeCursor([change.at, change.event_id]) : null;
}

function decode(text: string): Place {
  const [at, id] = decodeCursor(text, Cursor);
  return { at, id };
}
