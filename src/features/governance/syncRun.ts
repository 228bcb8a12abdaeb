import { aliasesFromProviders } from '#features/policy/index.ts';
import type { AzureDocument } from '#platform/azureClient.ts';
import type { AzurePolicy, AzurePolicyKind } from '#platform/azurePolicy.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { writeAliases } from './aliasTable.ts';
import { hashOf, scopeOf, toRecord } from './azureRecords.ts';
import { changeOf } from './crud.ts';
import type { ManagementGroups } from './hierarchy.ts';
import { keyOf } from './ids.ts';
import type { GovernanceChange, Kind } from './model.ts';
import { HIERARCHY_KEY } from './revision.ts';
import type { Room } from './room.ts';
import { type KnownRow, rowKeyOf } from './rows.ts';

/** What one list of Azure gave. */
export type Counts = { read: number; written: number; deleted: number };

const KINDS: Readonly<Record<AzurePolicyKind, Kind>> = {
  policyDefinitions: 'definition',
  policySetDefinitions: 'initiative',
  policyAssignments: 'assignment',
  policyExemptions: 'exemption',
};
/** One transaction holds 100 writes and 4 MiB: a text is two bytes a character, three once it is encoded. */
const MAX_CHANGES = 80;
const MAX_CHARACTERS = 800_000;

/** One reading of Azure Policy: what differs is written, what is gone is deleted, the rest is left alone. */
export class SyncRun {
  readonly #room: Room;
  readonly #azure: AzurePolicy;
  /** Azure's records as they were kept before, by row key. */
  readonly #known = new Map<string, KnownRow>();
  readonly #seen = new Set<string>();
  /** Kind and scope of each list that was read to its end. */
  readonly #covered = new Set<string>();
  #groups: ReadonlySet<string> | undefined;

  constructor(room: Room, azure: AzurePolicy) {
    this.#room = room;
    this.#azure = azure;
  }

  /** Reads what is kept. To be called first. */
  async begin(): Promise<void> {
    for (const kind of Object.values(KINDS))
      for await (const page of this.#room.store.knownRows(kind))
        for (const row of page) this.#known.set(row.rowKey, row);
  }

  /** Reads one list and writes what differs. @throws AzureError; what was read by then is written */
  async read(
    list: { readonly kind: AzurePolicyKind; readonly scope: string; readonly filter?: string | undefined },
    counts: Counts,
  ): Promise<void> {
    const kind = KINDS[list.kind];
    const pending = new Batch(this.#room, counts);
    try {
      for await (const page of this.#azure.list(list.kind, list.scope, list.filter)) {
        for (const document of page) await pending.add(this.#changeFor(kind, document, counts));
      }
    } finally {
      await pending.flush();
    }
    // an empty catalogue is a fault of the answer, not the end of every built-in definition
    if (list.scope !== '' || counts.read > 0) this.#covered.add(`${kind}|${list.scope.toLowerCase()}`);
  }

  #changeFor(kind: Kind, document: AzureDocument, counts: Counts): GovernanceChange | undefined {
    const key = keyOf(kind, String(document.id));
    if (key === undefined) return undefined;
    const rowKey = rowKeyOf(kind, key);
    counts.read += 1;
    if (this.#seen.has(rowKey)) return undefined;
    this.#seen.add(rowKey);
    const hash = hashOf(document);
    const known = this.#known.get(rowKey);
    if (known?.hash === hash) return undefined;
    const record = toRecord(kind, document, this.#room.clock.now());
    return { ...changeOf(kind, known ? 'updated' : 'created', record), hash };
  }

  /** Deletes what the lists that could be read no longer have. */
  async deleteGone(counts: Counts): Promise<void> {
    const gone = [...this.#known.values()].filter(
      ({ rowKey, kind, armId }) => !this.#seen.has(rowKey) && this.#isCovered(kind, scopeOf(armId)),
    );
    const pending = new Batch(this.#room, counts);
    for (const { kind, rowKey } of gone) {
      const record = await this.#room.store.find(kind, rowKey);
      if (record) await pending.add(changeOf(kind, 'deleted', record));
    }
    await pending.flush();
  }

  /** Whether the absence of something at a scope means that it is gone. Lists of a subscription tell all that is in it. */
  #isCovered(kind: Kind, scope: string): boolean {
    if (this.#covered.has(`${kind}|${scope}`)) return true;
    const [, first, name = '', , group = ''] = scope.split('/');
    if (first === 'subscriptions') return this.#covered.has(`${kind}|/subscriptions/${name}`);
    return first === 'providers' && this.#groups !== undefined && !this.#groups.has(group);
  }

  /** Reads the management groups. Returns the names of those that were found. @throws AzureError */
  async readHierarchy(counts: Counts): Promise<string[]> {
    const entities = await this.#azure.entities();
    const groups: Record<string, { displayName: string; parent: string | undefined }> = {};
    const subscriptions: Record<string, string> = {};
    for (const { kind, name, displayName, above } of entities.toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const parent = above.at(-1)?.toLowerCase();
      if (kind === 'group') groups[name.toLowerCase()] = { displayName, parent };
      else if (parent !== undefined) subscriptions[name.toLowerCase()] = parent;
    }
    counts.read += entities.length;
    await this.#writeHierarchy({ groups, subscriptions }, counts);
    this.#groups = new Set(Object.keys(groups));
    return Object.keys(groups);
  }

  async #writeHierarchy(read: ManagementGroups, counts: Counts): Promise<void> {
    const { store } = this.#room;
    await this.#room.change(async () => {
      const known = await store.managementGroups();
      if (JSON.stringify(known) === JSON.stringify(read)) return undefined;
      counts.written += 1;
      return {
        changes: [],
        tells: 'ManagementGroupsChanged',
        rows: [{ kind: 'upsert', rowKey: HIERARCHY_KEY, row: await store.encodeHierarchy(read) }],
      };
    });
  }

  /** Reads the alias table from Resource Manager. @throws AzureError */
  async readAliases(subscriptionId: string, counts: Counts): Promise<void> {
    const providers: AzureDocument[] = [];
    for await (const page of this.#azure.aliases(subscriptionId)) providers.push(...page);
    const table = aliasesFromProviders(providers);
    counts.read += table.aliases.size;
    if (table.aliases.size === 0) return;
    const aliases = await writeAliases(table, this.#room.store.blobs);
    if ((await this.#room.store.revision()).aliases === aliases) return;
    counts.written += 1;
    await this.#room.change(async () => ({
      changes: [],
      rows: [],
      aliases,
      tells: 'PolicyAliasesRefreshed',
    }));
  }
}

/** Changes on their way into transactions. */
class Batch {
  readonly #room: Room;
  readonly #counts: Counts;
  #changes: GovernanceChange[] = [];
  #characters = 0;

  constructor(room: Room, counts: Counts) {
    this.#room = room;
    this.#counts = counts;
  }

  async add(change: GovernanceChange | undefined): Promise<void> {
    if (!change) return;
    const size = JSON.stringify(change.record).length;
    if (this.#changes.length >= MAX_CHANGES || this.#characters + size > MAX_CHARACTERS) await this.flush();
    this.#changes.push(change);
    this.#characters += size;
  }

  async flush(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    this.#characters = 0;
    if (changes.length === 0) return;
    await this.#room.change(async () => ({ changes: await this.#stillThere(changes) }));
    for (const { change } of changes) this.#counts[change === 'deleted' ? 'deleted' : 'written'] += 1;
  }

  /** What is gone already cannot be deleted again. */
  async #stillThere(changes: readonly GovernanceChange[]): Promise<GovernanceChange[]> {
    const kept = await mapConcurrently(changes, 16, async (change) => {
      if (change.change !== 'deleted') return change;
      const key = keyOf(change.kind, change.record.id) ?? '';
      return (await this.#room.store.row(rowKeyOf(change.kind, key))) ? change : undefined;
    });
    return kept.filter((change) => change !== undefined);
  }
}
