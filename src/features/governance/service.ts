import type { Blobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import type { DefinitionRecord, GovernanceChange, InitiativeRecord, Snapshot } from './model.ts';
import { starterPack } from './pack.ts';
import { type Estate, Room } from './room.ts';
import type { SnapshotOptions } from './snapshot.ts';
import { GovernanceStore } from './store.ts';

export type GovernancePorts = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly estate: Estate;
  /** Whether the starter pack is assigned to the whole tenant without anybody asking. */
  readonly isStarterPackAssigned: boolean;
};

/** What should hold in one tenant: definitions, initiatives, assignments, exemptions. */
export class Governance {
  /** What the use cases of this feature work with. */
  readonly room: Room;

  constructor(tenantId: string, ports: GovernancePorts) {
    const pack = starterPack(tenantId, ports.isStarterPackAssigned);
    const store = new GovernanceStore(tenantId, { ...ports, code: pack.fingerprint });
    this.room = new Room(store, { pack, estate: ports.estate });
  }

  /**
   * Everything that decides what should hold, as of at most a second ago: one point read where nothing changed, and
   * only what changed where something did.
   */
  snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
    return this.room.snapshots.get(options);
  }

  /** A definition by short id or ARM id, assigned or not; undefined where there is none. */
  findDefinition(id: string): Promise<DefinitionRecord | undefined> {
    return this.room.library.definition(id);
  }

  /** An initiative by short id or ARM id; undefined where there is none. */
  findInitiative(id: string): Promise<InitiativeRecord | undefined> {
    return this.room.library.initiative(id);
  }

  /** Writes records as they are, unchecked, with their events, in one transaction (at most 90). Returns the revision that has them. */
  write(changes: readonly GovernanceChange[]): Promise<string> {
    return this.room.change(async () => ({ changes }));
  }

  /** Publishes events older than a moment that a process left behind; returns how many rows these were. */
  sweep(before: Date): Promise<number> {
    return this.room.store.sweep(before);
  }
}
