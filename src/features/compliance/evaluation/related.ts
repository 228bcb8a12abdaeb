import {
  type Catalogue,
  type InventoryStore,
  parseResourceId,
  resourceKey,
} from '#features/inventory/index.ts';
import type { RelatedLookup, RelatedQuery } from '#features/policy/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';

const READ_CONCURRENCY = 32;

type Need = { readonly type: string; readonly group: string | undefined };
type Document = { readonly id?: unknown };

/**
 * Related resources of one segment, for …IfNotExists. The engine asks at once and the inventory answers later: a
 * question that cannot be answered yet is noted, `load` fetches what was noted, and the evaluation is done again.
 */
export class RelatedResources {
  readonly #segment: string;
  readonly #ports: { readonly store: InventoryStore; readonly catalogue: Catalogue };
  /** Whether a type is read for the whole segment at once: cheaper where most of the segment is evaluated. */
  readonly #isWide: boolean;
  /** Ids that have just changed, and which the index may not show yet. */
  readonly #fresh: readonly string[];
  readonly #drafts: readonly Document[];
  readonly #known = new Map<string, readonly Document[]>();
  #missing = new Map<string, Need>();

  constructor(options: {
    segment: string;
    ports: { readonly store: InventoryStore; readonly catalogue: Catalogue };
    isWide: boolean;
    fresh?: readonly string[];
    /** Documents that stand in for what the inventory has, or does not have yet. */
    drafts?: readonly Document[];
  }) {
    this.#segment = options.segment;
    this.#ports = options.ports;
    this.#isWide = options.isWide;
    this.#fresh = options.fresh ?? [];
    this.#drafts = options.drafts ?? [];
  }

  readonly lookup: RelatedLookup = (query) => {
    const need = this.#needOf(query);
    const name = nameOf(need);
    const documents = this.#known.get(name);
    if (!documents) {
      this.#missing.set(name, need);
      return [];
    }
    const { scope } = query;
    if (scope.kind === 'subscription') return documents;
    const place = scope.kind === 'resource' ? scope.resourceId : groupId(scope);
    const below = `${place.toLowerCase()}/`;
    return documents.filter((document) => idOf(document).startsWith(below));
  };

  /** Whether answers were missing since the last `load`: what was evaluated meanwhile does not count. */
  get isIncomplete(): boolean {
    return this.#missing.size > 0;
  }

  async load(): Promise<void> {
    const missing = this.#missing;
    this.#missing = new Map();
    for (const [name, need] of missing) this.#known.set(name, await this.#read(need));
  }

  #needOf({ type, scope }: RelatedQuery): Need {
    const group =
      scope.kind === 'resource' ? parseResourceId(scope.resourceId).resourceGroup : groupOf(scope);
    return { type: type.toLowerCase(), group: this.#isWide ? undefined : group?.toLowerCase() };
  }

  async #read({ type, group }: Need): Promise<Document[]> {
    const { hits } = await this.#ports.catalogue.query({
      filter: {
        segments: [this.#segment],
        types: [type],
        ...(group !== undefined && { resourceGroups: [group] }),
      },
      sort: 'id',
      descending: false,
      limit: Number.MAX_SAFE_INTEGER,
    });
    const isAsked = (id: string) => {
      const parsed = parseResourceId(id);
      const isInGroup = group === undefined || parsed.resourceGroup?.toLowerCase() === group;
      return parsed.type?.toLowerCase() === type && isInGroup;
    };
    const fresh = this.#fresh.filter(isAsked);
    const drafts = this.#drafts.filter((draft) => isAsked(idOf(draft)));
    const drafted = new Set(drafts.map((draft) => resourceKey(idOf(draft))));
    const keys = new Set([...hits.map(({ key }) => key), ...fresh.map(resourceKey)]);
    const found = await mapConcurrently(keys, READ_CONCURRENCY, (key) =>
      this.#ports.store.get(this.#segment, key),
    );
    const stored = found.filter((resource) => resource && !drafted.has(resource.key));
    return [...drafts, ...stored.map((resource) => JSON.parse(resource?.json ?? '{}') as Document)];
  }
}

function groupOf(scope: Exclude<RelatedQuery['scope'], { kind: 'resource' }>): string | undefined {
  return scope.kind === 'resourceGroup' ? scope.resourceGroup : undefined;
}

function idOf({ id }: Document): string {
  return typeof id === 'string' ? id.toLowerCase() : '';
}

function groupId(scope: { readonly subscriptionId: string; readonly resourceGroup: string }): string {
  return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`;
}

function nameOf({ type, group }: Need): string {
  return group === undefined ? type : `${type}|${group}`;
}
