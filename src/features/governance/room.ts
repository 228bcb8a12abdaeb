import type { AliasTable } from '#features/policy/index.ts';
import type { Clock } from '#platform/clock.ts';
import { Library } from './library.ts';
import type { Provenance } from './model.ts';
import type { Pack } from './pack.ts';
import { Snapshots } from './snapshot.ts';
import type { Draft, GovernanceStore } from './store.ts';

/** What the feature asks of the inventory. */
export type Estate = {
  /** Ids of the subscriptions that are watched. */
  readonly subscriptions: () => Promise<readonly string[]>;
  readonly knowsSubscription: (subscriptionId: string) => Promise<boolean>;
  /** A resource or resource group, by ARM id. */
  readonly knowsResource: (id: string) => Promise<boolean>;
};

/** How long an instance trusts what it knows without looking at the revision. */
const FRESHNESS_MS = 1000;

/** What the use cases of one tenant share. */
export class Room {
  readonly store: GovernanceStore;
  readonly pack: Pack;
  readonly estate: Estate;
  readonly library: Library;
  readonly snapshots: Snapshots;

  constructor(store: GovernanceStore, options: { pack: Pack; estate: Estate }) {
    this.store = store;
    this.pack = options.pack;
    this.estate = options.estate;
    const shared = { pack: options.pack, freshnessMs: FRESHNESS_MS };
    this.library = new Library(store, shared);
    this.snapshots = new Snapshots(store, shared);
  }

  get clock(): Clock {
    return this.store.clock;
  }

  /** The aliases in force, and whether ARM gave them: otherwise they are only those that the starter pack uses. */
  async aliases(): Promise<{ readonly aliases: AliasTable; readonly isWholeTable: boolean }> {
    const { aliases } = await this.snapshots.get();
    return { aliases, isWholeTable: aliases !== this.pack.aliases() };
  }

  /** Decides and writes as the store does; what this instance holds in memory follows. */
  async change(decide: (revision: string) => Promise<Draft | undefined>): Promise<string> {
    const revision = await this.store.change(decide);
    this.library.invalidate();
    this.snapshots.invalidate();
    return revision;
  }

  /** Who wrote something now, and who wrote it first. */
  provenance(by: string, before: Provenance | undefined): Provenance {
    const now = this.clock.now().toISOString();
    return {
      createdAt: before?.createdAt ?? now,
      createdBy: before?.createdBy ?? by,
      updatedAt: now,
      updatedBy: by,
    };
  }
}
