import {
  type Partition,
  type RowWrite,
  type StoredRow,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import { applyMemberSteps, type MemberStep, namedIn } from '../members.ts';
import { ScimFailure, taken } from '../problems.ts';
import { attributesOf, changed, type Json, type Resource, type Stored } from '../resource.ts';
import { groupKind } from '../schemas/kind.ts';
import { type DocumentRow, Documents, newGeneration, rowKeyOf, toColumns, toResource } from './documents.ts';
import { CHUNK, changeWrites, type MemberChange, MemberRows, pendingWrites } from './memberRows.ts';
import { directoryTable, keyOf } from './rows.ts';
import type { Store } from './store.ts';
import type { Unfinished } from './unfinished.ts';

/** `pendingAt`: how many of the changes that were put off are carried out. */
type GroupRow = DocumentRow & {
  readonly displayName: string;
  readonly memberCount: number;
  readonly pendingAt?: number;
};
export type StoredGroup = Stored & { readonly memberCount: number };

/** Members in one answer. */
const MAX_ATTACHED = 100_000;
/** Up to this many members are looked up one by one; for more, all are read. */
const MAX_LOOK_UPS = 100;

/**
 * The groups of one tenant. A change of many members is one commit: the transaction that changes the group keeps the
 * changes that do not fit into it, and each following one carries out some more under the ETag of the group. Whoever
 * reads the group, or the sweep, carries out what a process left.
 */
export class GroupStore implements Store {
  readonly kind = groupKind;
  readonly attached = 'members';
  readonly documents: Documents;
  readonly members: MemberRows;
  readonly #tenantId: string;
  readonly #rows: Partition;
  readonly #unfinished: Unfinished;
  #names: { readonly generation: string; readonly byId: ReadonlyMap<string, string> } | undefined;

  constructor(tenantId: string, ports: { tables: Tables; unfinished: Unfinished }) {
    this.#tenantId = tenantId;
    this.#rows = ports.tables.open(directoryTable).forTenant(tenantId, 'groups');
    this.documents = new Documents(this.#rows);
    this.members = new MemberRows(this.#rows);
    this.#unfinished = ports.unfinished;
  }

  /** The group, with all that was decided about its members carried out. */
  async find(id: string): Promise<StoredGroup | undefined> {
    const row = await this.finish(id);
    return row && { resource: toResource(row), etag: row.etag, memberCount: row.memberCount };
  }

  /** Ids of the groups that can have these values, where an index tells. */
  async narrow(equal: ReadonlyMap<string, string>): Promise<string[] | undefined> {
    const [displayName, member] = [equal.get('displayName'), equal.get('members')];
    if (displayName !== undefined) {
      const entry = await this.#rows.get<{ id: string }>(nameKey(displayName));
      return entry ? [entry.id] : [];
    }
    return member === undefined ? undefined : this.members.groupIdsOf(member);
  }

  /** The groups with their members. @throws ScimFailure `tooMany` */
  async attach(groups: readonly Resource[]): Promise<Json[]> {
    const attached: Json[] = [];
    let total = 0;
    for (const group of groups) {
      await this.finish(group.id);
      const members = [...(await this.members.all(group.id)).values()];
      total += members.length;
      if (total > MAX_ATTACHED && groups.length > 1)
        throw new ScimFailure(
          'tooMany',
          `these groups have more than ${MAX_ATTACHED} members; use excludedAttributes=members or a smaller count`,
        );
      attached.push(members.length > 0 ? { ...group, members } : group);
    }
    return attached;
  }

  /** Takes a member out of all its groups. */
  async leave(memberId: string, now: Date): Promise<void> {
    const steps = [{ kind: 'remove', values: [memberId] }] as const;
    for (const id of await this.members.groupIdsOf(memberId)) {
      for (let isDone = false; !isDone; ) {
        const stored = await this.find(id);
        const changes = stored ? await this.plan(id, steps) : [];
        if (!stored || changes.length === 0) break;
        const { resource } = stored;
        const group = changed(groupKind, resource, { attributes: attributesOf(resource), now });
        isDone = await this.replace(group, stored, changes);
      }
    }
  }

  /** Groups that have a member, in no order: two reads, unless a group was named or removed since the last call. */
  async groupsOf(memberId: string): Promise<{ id: string; displayName: string }[]> {
    const [names, ids] = await Promise.all([this.#currentNames(), this.members.groupIdsOf(memberId)]);
    return ids.flatMap((id) => {
      const displayName = names.get(id);
      return displayName === undefined ? [] : [{ id, displayName }];
    });
  }

  /** What steps would change in the members of a group, as of now. */
  async plan(id: string, steps: readonly MemberStep[]): Promise<MemberChange[]> {
    if (steps.length === 0) return [];
    const named = namedIn(steps);
    const before =
      named && named.length <= MAX_LOOK_UPS
        ? await this.members.named(id, named)
        : await this.members.all(id);
    const after = applyMemberSteps(before, steps, keyOf);
    const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => ({ key }));
    const come = [...after].filter(([key]) => !before.has(key)).map(([key, member]) => ({ key, member }));
    return [...gone, ...come];
  }

  /** @throws ScimFailure `uniqueness` where another group has the name */
  async insert(group: Resource, changes: readonly MemberChange[]): Promise<void> {
    await this.#commit(group, changes, undefined);
  }

  /** False where the group was changed meanwhile. @throws ScimFailure `uniqueness` */
  replace(group: Resource, stored: StoredGroup, changes: readonly MemberChange[]): Promise<boolean> {
    return this.#commit(group, changes, stored);
  }

  /** Nobody sees the group any more; its members are cleared away after that. False where it was changed meanwhile. */
  remove({ resource, etag }: StoredGroup): Promise<boolean> {
    const { id } = resource;
    return this.#unfinished.during({ tenantId: this.#tenantId, kind: 'Group', id }, async () => {
      const removed = await this.#transaction([
        { kind: 'replace', rowKey: rowKeyOf(id), row: { deleted: true }, etag },
        { kind: 'delete', rowKey: nameKey(String(resource.displayName)) },
        newGeneration('v|names'),
      ]);
      if (removed === undefined) return false;
      await this.clearAway(id);
      return true;
    });
  }

  /** Carries out what is left of a change; the group as it is then, or undefined where there is none. */
  async finish(id: string): Promise<StoredRow<GroupRow> | undefined> {
    for (;;) {
      const row = await this.documents.row<GroupRow>(id);
      if (row?.pendingAt === undefined) return row;
      await this.#carryOut(id, row);
    }
  }

  /** Removes the rows of a group that was removed. Another instance may be at it, too. */
  async clearAway(id: string): Promise<void> {
    const row = await this.#rows.get<DocumentRow>(rowKeyOf(id));
    if (row?.deleted !== true) return;
    for (;;) {
      const keys = [...(await this.members.all(id)).keys()];
      if (keys.length === 0) break;
      for (let at = 0; at < keys.length; at += CHUNK)
        await this.#removeIfThere(
          changeWrites(
            id,
            keys.slice(at, at + CHUNK).map((key) => ({ key })),
          ),
        );
    }
    await this.#removeIfThere([{ kind: 'delete', rowKey: rowKeyOf(id) }]);
  }

  async #carryOut(id: string, row: StoredRow<GroupRow>): Promise<void> {
    const { changes, rowKeys } = await this.members.pending(id);
    let { etag } = row;
    for (let at = row.pendingAt ?? 0; at < changes.length; at += CHUNK) {
      const isLast = at + CHUNK >= changes.length;
      const columns = toRow(toResource(row), row.memberCount, isLast ? {} : { pendingAt: at + CHUNK });
      const written = await this.#transaction([
        { kind: 'replace', rowKey: rowKeyOf(id), row: columns, etag },
        ...changeWrites(id, changes.slice(at, at + CHUNK)),
        ...(isLast ? rowKeys.map((rowKey): RowWrite => ({ kind: 'delete', rowKey })) : []),
      ]);
      if (written === undefined) return;
      etag = written;
    }
  }

  async #commit(
    group: Resource,
    changes: readonly MemberChange[],
    before: StoredGroup | undefined,
  ): Promise<boolean> {
    const [now, later] = [changes.slice(0, CHUNK), changes.slice(CHUNK)];
    const come = changes.filter(({ member }) => member).length;
    const memberCount = (before?.memberCount ?? 0) + 2 * come - changes.length;
    const row = toRow(group, memberCount, later.length > 0 ? { pendingAt: 0 } : {});
    const rowKey = rowKeyOf(group.id);
    const writes: RowWrite[] = [
      before ? { kind: 'replace', rowKey, row, etag: before.etag } : { kind: 'insert', rowKey, row },
      ...nameWrites(group, before?.resource),
      ...changeWrites(group.id, now),
      ...(await pendingWrites(group.id, later)),
    ];
    if (later.length === 0) return (await this.#transaction(writes)) !== undefined;
    const mark = { tenantId: this.#tenantId, kind: 'Group', id: group.id } as const;
    return this.#unfinished.during(mark, async () => {
      if ((await this.#transaction(writes)) === undefined) return false;
      await this.finish(group.id);
      return true;
    });
  }

  /**
   * All writes or, where the first one's row was changed meanwhile, none of them and undefined; else its new ETag.
   * @throws ScimFailure `uniqueness`
   */
  async #transaction(writes: readonly RowWrite[]): Promise<string | undefined> {
    try {
      const [etag] = await this.#rows.transaction([...writes, newGeneration()]);
      return etag ?? '';
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      const refused = writes[error.index];
      if (error.index === 0) return undefined;
      if (refused?.kind === 'insert' && refused.rowKey.startsWith('n|')) throw taken('displayName');
      throw error;
    }
  }

  async #removeIfThere(writes: readonly RowWrite[]): Promise<void> {
    try {
      await this.#rows.transaction([...writes, newGeneration()]);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
  }

  /** Display name of each group. */
  async #currentNames(): Promise<ReadonlyMap<string, string>> {
    const generation = (await this.#rows.get<{ generation: string }>('v|names'))?.generation ?? '';
    if (this.#names?.generation === generation) return this.#names.byId;
    const byId = await this.documents.column('displayName');
    this.#names = { generation, byId };
    return byId;
  }
}

function toRow(group: Resource, memberCount: number, pending: { pendingAt?: number }): GroupRow {
  return { ...toColumns(group), displayName: String(group.displayName), memberCount, ...pending };
}

function nameWrites(group: Resource, before: Resource | undefined): RowWrite[] {
  if (before?.displayName === group.displayName) return [];
  const [now, old] = [nameKey(String(group.displayName)), before && nameKey(String(before.displayName))];
  const entry: RowWrite = { kind: now === old ? 'upsert' : 'insert', rowKey: now, row: { id: group.id } };
  const gone: RowWrite[] = old && now !== old ? [{ kind: 'delete', rowKey: old }] : [];
  return [entry, ...gone, newGeneration('v|names')];
}

function nameKey(displayName: string): string {
  return `n|${keyOf(displayName)}`;
}
