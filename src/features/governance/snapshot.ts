import type { AliasTable } from '#features/policy/index.ts';
import { readAliases } from './aliasTable.ts';
import { Current, type FreshnessOptions } from './current.ts';
import { ancestorsOf } from './hierarchy.ts';
import { isInitiativeId, keyOf } from './ids.ts';
import { membersOf } from './members.ts';
import { Mirror } from './mirror.ts';
import type { AssignmentRecord, DefinitionRecord, InitiativeRecord, Records, Snapshot } from './model.ts';
import type { Pack } from './pack.ts';
import { Remarked } from './remarks.ts';
import type { Revision } from './revision.ts';
import { rowKeyOf } from './rows.ts';
import { rootScope } from './scope.ts';
import type { GovernanceStore } from './store.ts';

export type SnapshotOptions = FreshnessOptions;

/** The snapshots of one tenant on this instance. */
export class Snapshots {
  readonly #store: GovernanceStore;
  readonly #pack: Pack;
  readonly #mirror: Mirror<Records>;
  readonly #remarked = new Remarked();
  readonly #current: Current<Snapshot>;
  #table: { readonly name: string; readonly table: AliasTable } | undefined;

  constructor(store: GovernanceStore, options: { pack: Pack; freshnessMs: number }) {
    this.#store = store;
    this.#pack = options.pack;
    this.#mirror = new Mirror({
      one: (kind, rowKey) => store.find(kind, rowKey),
      all: (kind) => store.records(kind),
    });
    const { freshnessMs } = options;
    this.#current = new Current(store, { freshnessMs, read: (revision) => this.#read(revision) });
  }

  /** What should hold, as of at most `freshnessMs` ago; whatever was written on this instance is in it. */
  get(options: SnapshotOptions = {}): Promise<Snapshot> {
    return this.#current.get(options);
  }

  invalidate(): void {
    this.#current.invalidate();
  }

  async #read(revision: Revision): Promise<Snapshot> {
    this.#mirror.follow(revision);
    const [stored, exemptions, managementGroups, remarks, aliases] = await Promise.all([
      this.#mirror.all('assignment'),
      this.#mirror.all('exemption'),
      this.#store.managementGroups(),
      this.#store.remarks(),
      this.#aliases(revision),
    ]);
    const assignments = [...this.#pack.assignments, ...stored];
    const initiatives = await this.#initiatives(assignments);
    const reached = await this.#definitions(assignments, initiatives.values());
    const definitions = new Map(
      reached.map((record) => [
        record.definitionId.toLowerCase(),
        this.#remarked.with(record, remarks.get(keyOf('definition', record.id) ?? '')),
      ]),
    );
    return {
      revision: this.#store.textOf(revision),
      definitions,
      initiatives,
      assignments,
      exemptions,
      aliases,
      root: rootScope(this.#store.tenantId),
      ancestors: ancestorsOf(managementGroups),
    };
  }

  /** ARM's table, once it has been read; the one in force is kept until another is. */
  async #aliases({ aliases: name }: Revision): Promise<AliasTable> {
    if (name === undefined) return this.#pack.aliases();
    if (this.#table?.name !== name) {
      this.#table = { name, table: await readAliases(name, this.#store.blobs) };
    }
    return this.#table.table;
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
  ): Promise<DefinitionRecord[]> {
    const direct = assignments.map(({ policyDefinitionId }) => policyDefinitionId);
    const wanted = [...direct.filter((id) => !isInitiativeId(id)), ...[...initiatives].flatMap(membersOf)];
    const ours = new Set(wanted.flatMap((id) => this.#pack.definitions.get(id.toLowerCase()) ?? []));
    const others = wanted.filter((id) => !this.#pack.definitions.has(id.toLowerCase()));
    return [...ours, ...(await this.#mirror.get('definition', rowKeysOf('definition', others)))];
  }
}

function rowKeysOf(kind: 'definition' | 'initiative', ids: readonly string[]): Set<string> {
  return new Set(
    ids.flatMap((id) => {
      const key = keyOf(kind, id);
      return key === undefined ? [] : rowKeyOf(kind, key);
    }),
  );
}
