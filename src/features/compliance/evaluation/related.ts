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
type Document = { readonly id: string };

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
  readonly #known = new Map<string, readonly Document[]>();
  #missing = new Map<string, Need>();

  constructor(options: {
    segment: string;
    ports: { readonly store: InventoryStore; readonly catalogue: Catalogue };
    isWide: boolean;
    fresh?: readonly string[];
  }) {
    this.#segment = options.segment;
    this.#ports = options.ports;
    this.#isWide = options.isWide;
    this.#fresh = options.fresh ?? [];
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
    if (scope.kind !== 'resource') return documents;
    const below = `${scope.resourceId.toLowerCase()}/`;
    return documents.filter(({ id }) => id.toLowerCase().startsWith(below));
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
    const fresh = this.#fresh.filter((id) => {
      const parsed = parseResourceId(id);
      return (
        parsed.type?.toLowerCase() === type &&
        (group === undefined || parsed.resourceGroup?.toLowerCase() === group)
      );
    });
    const keys = new Set([...hits.map(({ key }) => key), ...fresh.map(resourceKey)]);
    const found = await mapConcurrently(keys, READ_CONCURRENCY, (key) =>
      this.#ports.store.get(this.#segment, key),
    );
    return found.flatMap((resource) => (resource ? (JSON.parse(resource.json) as Document) : []));
  }
}

function groupOf(scope: Exclude<RelatedQuery['scope'], { kind: 'resource' }>): string | undefined {
  return scope.kind === 'resourceGroup' ? scope.resourceGroup : undefined;
}

function nameOf({ type, group }: Need): string {
  return group === undefined ? type : `${type}|${group}`;
}
