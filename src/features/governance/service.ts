import type { Blobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { keyOf } from './ids.ts';
import type { DefinitionRecord, GovernanceChange, InitiativeRecord, Snapshot } from './model.ts';
import { type Pack, starterPack } from './pack.ts';
import { rowKeyOf } from './rows.ts';
import { type SnapshotOptions, Snapshots } from './snapshot.ts';
import { GovernanceStore } from './store.ts';

export type GovernancePorts = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly queues: Queues;
  readonly clock: Clock;
  /** Whether the starter pack is assigned to the whole tenant without anybody asking. */
  readonly isStarterPackAssigned: boolean;
};

/** How long an instance trusts what it knows without looking at the revision. */
const FRESHNESS_MS = 1000;

/** What should hold in one tenant: definitions, initiatives, assignments, exemptions. */
export class Governance {
  readonly #store: GovernanceStore;
  readonly #snapshots: Snapshots;
  readonly #pack: Pack;

  constructor(tenantId: string, ports: GovernancePorts) {
    this.#pack = starterPack(tenantId, ports.isStarterPackAssigned);
    this.#store = new GovernanceStore(tenantId, { ...ports, code: this.#pack.fingerprint });
    this.#snapshots = new Snapshots(this.#store, { pack: this.#pack, freshnessMs: FRESHNESS_MS });
  }

  /**
   * Everything that decides what should hold, as of at most a second ago: one point read where nothing changed, and
   * only what changed where something did.
   */
  snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
    return this.#snapshots.get(options);
  }

  /** A definition by short id or ARM id, assigned or not; undefined where there is none. */
  async findDefinition(id: string): Promise<DefinitionRecord | undefined> {
    const key = keyOf('definition', id);
    if (key === undefined) return undefined;
    const ours = [...this.#pack.definitions.values()].find(
      (record) => keyOf('definition', record.id) === key,
    );
    return ours ?? (await this.#store.find('definition', rowKeyOf('definition', key)));
  }

  /** An initiative by short id or ARM id; undefined where there is none. */
  async findInitiative(id: string): Promise<InitiativeRecord | undefined> {
    const key = keyOf('initiative', id);
    if (key === undefined) return undefined;
    const { initiative } = this.#pack;
    if (keyOf('initiative', initiative.id) === key) return initiative;
    return this.#store.find('initiative', rowKeyOf('initiative', key));
  }

  /** Writes records as they are, unchecked, with their events, in one transaction (at most 90). Returns the revision that has them. */
  async write(changes: readonly GovernanceChange[]): Promise<string> {
    const revision = await this.#store.change(async () => ({ changes }));
    this.#snapshots.invalidate();
    return revision;
  }

  /** Publishes events older than a moment that a process left behind; returns how many rows these were. */
  sweep(before: Date): Promise<number> {
    return this.#store.sweep(before);
  }
}
