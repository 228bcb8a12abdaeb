import {
  type Catalogue,
  type InventoryStore,
  parseResourceId,
  type StoredResource,
} from '#features/inventory/index.ts';
import type { SegmentPlan } from '../plan/segmentPlan.ts';
import type { Case } from './judge.ts';
import { RelatedResources } from './related.ts';
import { Surroundings } from './surroundings.ts';

export type CaseMakerOptions = {
  readonly segment: string;
  readonly ports: { readonly store: InventoryStore; readonly catalogue: Catalogue };
  readonly utcNow: string;
  /** Most of the segment is going to be evaluated. */
  readonly isWide?: boolean;
  /** Ids that have just changed, and which the index may not show yet. */
  readonly fresh?: readonly string[];
  /** Documents that stand in for what the inventory has, or does not have yet. */
  readonly drafts?: readonly Case['document'][];
};

/** Makes cases of stored resources: each with its group, subscription and related resources, read once. */
export class CaseMaker {
  readonly related: RelatedResources;
  readonly #surroundings: Surroundings;
  readonly #utcNow: string;

  constructor({ segment, ports, utcNow, isWide = false, fresh = [], drafts = [] }: CaseMakerOptions) {
    this.related = new RelatedResources({ segment, ports, isWide, fresh, drafts });
    this.#surroundings = new Surroundings(segment, ports.store);
    this.#utcNow = utcNow;
  }

  ofStored(resource: Pick<StoredResource, 'json'>, plan: SegmentPlan): Promise<Case> {
    return this.ofDocument(JSON.parse(resource.json) as Case['document'], plan);
  }

  async ofDocument(document: Case['document'], plan: SegmentPlan): Promise<Case> {
    const id = textOf(document.id);
    return {
      document,
      subject: {
        id: id.toLowerCase(),
        type: textOf(document.type) || (parseResourceId(id).type ?? ''),
        location: textOf(document.location),
      },
      group: plan.needs.has('resourceGroup') ? await this.#surroundings.group(id) : undefined,
      subscription: plan.needs.has('subscription') ? await this.#surroundings.subscription() : undefined,
      utcNow: this.#utcNow,
      related: this.related.lookup,
    };
  }

  /** Runs an evaluation until all that it asked for was there. */
  async complete<T>(evaluate: () => T): Promise<T> {
    let result = evaluate();
    while (this.related.isIncomplete) {
      await this.related.load();
      result = evaluate();
    }
    return result;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
