import { ancestorsOf } from './hierarchy.ts';
import { isInitiativeId, keyOf } from './ids.ts';
import { Mirror } from './mirror.ts';
import type { AssignmentRecord, DefinitionRecord, InitiativeRecord, Snapshot } from './model.ts';
import type { Pack } from './pack.ts';
import type { Revision } from './revision.ts';
import { rowKeyOf } from './rows.ts';
import { rootScope } from './scope.ts';
import type { GovernanceStore } from './store.ts';

export type SnapshotOptions = {
  /** A revision that the snapshot must have reached, as an event told it. */
  readonly atLeast?: string;
};

/** The snapshots of one tenant on this instance. */
export class Snapshots {
  readonly #store: GovernanceStore;
  readonly #pack: Pack;
  readonly #freshnessMs: number;
  readonly #mirror: Mirror;
  #current: Snapshot | undefined;
  #number = -1;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<Snapshot> | undefined;

  constructor(store: GovernanceStore, options: { pack: Pack; freshnessMs: number }) {
    this.#store = store;
    this.#pack = options.pack;
    this.#freshnessMs = options.freshnessMs;
    this.#mirror = new Mirror(store);
  }

  /** What should hold, as of at most `freshnessMs` ago; whatever was written on this instance is in it. */
  async get({ atLeast = '' }: SnapshotOptions = {}): Promise<Snapshot> {
    const isFresh = this.#store.clock.now().getTime() - this.#checkedAt < this.#freshnessMs;
    if (this.#current && isFresh && isReached(this.#current.revision, atLeast)) return this.#current;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Makes the next snapshot look at the revision first. */
  invalidate(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }

  async #load(): Promise<Snapshot> {
    const lookedAt = this.#store.clock.now().getTime();
    const revision = await this.#store.revision();
    if (!this.#current || this.#number !== revision.number) {
      this.#current = await this.#read(revision);
      this.#number = revision.number;
    }
    this.#checkedAt = lookedAt;
    return this.#current;
  }

  async #read(revision: Revision): Promise<Snapshot> {
    this.#mirror.follow(revision);
    const [stored, exemptions, managementGroups] = await Promise.all([
      this.#mirror.all('assignment'),
      this.#mirror.all('exemption'),
      this.#store.managementGroups(),
    ]);
    const assignments = [...this.#pack.assignments, ...stored];
    const initiatives = await this.#initiatives(assignments);
    const definitions = await this.#definitions(assignments, initiatives.values());
    return {
      revision: this.#store.textOf(revision),
      definitions,
      initiatives,
      assignments,
      exemptions,
      aliases: this.#pack.aliases(),
      root: rootScope(this.#store.tenantId),
      ancestors: ancestorsOf(managementGroups),
    };
  }

  async #initiatives(assignments: readonly AssignmentRecord[]): Promise<Map<string, InitiativeRecord>> {
    const wanted = assignments.map(({ policyDefinitionId }) => policyDefinitionId).filter(isInitiativeId);
    const { initiative } = this.#pack;
    const found = await this.#mirror.get('initiative', rowKeysOf('initiative', wanted));
    const ours = wanted.some((id) => id.toLowerCase() === initiative.initiativeId.toLowerCase());
    const reached = ours ? [initiative, ...found] : found;
    return new Map(reached.map((record) => [record.initiativeId.toLowerCase(), record]));
  }

  async #definitions(
    assignments: readonly AssignmentRecord[],
    initiatives: Iterable<InitiativeRecord>,
  ): Promise<Map<string, DefinitionRecord>> {
    const direct = assignments.map(({ policyDefinitionId }) => policyDefinitionId);
    const wanted = [...direct.filter((id) => !isInitiativeId(id)), ...[...initiatives].flatMap(membersOf)];
    const found = await this.#mirror.get('definition', rowKeysOf('definition', wanted));
    const reached = new Map(found.map((record) => [record.definitionId.toLowerCase(), record]));
    for (const id of wanted) {
      const ours = this.#pack.definitions.get(id.toLowerCase());
      if (ours) reached.set(id.toLowerCase(), ours);
    }
    return reached;
  }
}

/** Whether a revision is not before another one; what of them lies in the program does not matter. */
function isReached(revision: string, atLeast: string): boolean {
  return (revision.split('-')[0] ?? '') >= (atLeast.split('-')[0] ?? '');
}

/** Ids of the definitions that an initiative has as members. */
export function membersOf({ document }: InitiativeRecord): string[] {
  const members = document.properties.policyDefinitions;
  if (!Array.isArray(members)) return [];
  return (members as readonly { policyDefinitionId?: unknown }[]).flatMap((member) =>
    typeof member?.policyDefinitionId === 'string' ? member.policyDefinitionId : [],
  );
}

function rowKeysOf(kind: 'definition' | 'initiative', ids: readonly string[]): Set<string> {
  return new Set(
    ids.flatMap((id) => {
      const key = keyOf(kind, id);
      return key === undefined ? [] : rowKeyOf(kind, key);
    }),
  );
}
