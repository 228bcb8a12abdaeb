import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { type Partition, type RowWrite, type Tables, WriteConflict } from '#platform/tables.ts';
import { taken } from '../problems.ts';
import type { Json, Resource, Stored } from '../resource.ts';
import { userKind } from '../schemas/kind.ts';
import { Documents, newGeneration, rowKeyOf, toColumns, toResource } from './documents.ts';
import type { GroupStore } from './groupStore.ts';
import type { MemberChange } from './memberRows.ts';
import { directoryTable, type Entry, exactKeyOf, keyOf } from './rows.ts';
import type { Store } from './store.ts';
import type { Unfinished } from './unfinished.ts';

const READS_AT_ONCE = 16;

/** The users of one tenant. */
export class UserStore implements Store {
  readonly kind = userKind;
  readonly attached = 'groups';
  readonly documents: Documents;
  readonly #tenantId: string;
  readonly #rows: Partition;
  readonly #groups: GroupStore;
  readonly #unfinished: Unfinished;
  readonly #clock: Clock;

  constructor(
    tenantId: string,
    ports: { tables: Tables; groups: GroupStore; unfinished: Unfinished; clock: Clock },
  ) {
    this.#tenantId = tenantId;
    this.#rows = ports.tables.open(directoryTable).forTenant(tenantId, 'users');
    this.documents = new Documents(this.#rows);
    this.#groups = ports.groups;
    this.#unfinished = ports.unfinished;
    this.#clock = ports.clock;
  }

  async find(id: string): Promise<Stored | undefined> {
    const row = await this.documents.row(id);
    return row && { resource: toResource(row), etag: row.etag };
  }

  findByUserName(userName: string): Promise<Entry | undefined> {
    return this.#rows.get<Entry>(userNameKey(userName));
  }

  findByExternalId(externalId: string): Promise<Entry | undefined> {
    return this.#rows.get<Entry>(externalIdKey(externalId));
  }

  /** @throws ScimFailure `uniqueness` where the user name or the external id belongs to another user */
  async insert(user: Resource): Promise<void> {
    await this.#write([
      { kind: 'insert', rowKey: rowKeyOf(user.id), row: toColumns(user) },
      ...entries(user),
    ]);
  }

  /** False where the user was changed meanwhile. @throws ScimFailure `uniqueness` */
  replace(user: Resource, { resource, etag }: Stored): Promise<boolean> {
    return this.#write([
      { kind: 'replace', rowKey: rowKeyOf(user.id), row: toColumns(user), etag },
      ...entries(user, resource),
    ]);
  }

  /**
   * Nobody sees the user any more; the groups lose it after that. Its names stay as those of somebody who is gone, so
   * that a token that was given before opens nothing, until another user has them. False where it was changed meanwhile.
   */
  remove({ resource, etag }: Stored): Promise<boolean> {
    const { id } = resource;
    return this.#unfinished.during({ tenantId: this.#tenantId, kind: 'User', id }, async () => {
      const gone: Entry = { id, active: false, gone: true };
      const isRemoved = await this.#write([
        { kind: 'replace', rowKey: rowKeyOf(id), row: { deleted: true }, etag },
        ...keysOf(resource).map((rowKey): RowWrite => ({ kind: 'upsert', rowKey, row: gone })),
      ]);
      if (isRemoved) await this.finish(id);
      return isRemoved;
    });
  }

  /** Carries out what is left of a removal. */
  async finish(id: string): Promise<void> {
    const row = await this.#rows.get(rowKeyOf(id));
    if (row?.deleted !== true) return;
    await this.#groups.leave(id, this.#clock.now());
    await this.#write([{ kind: 'delete', rowKey: rowKeyOf(id) }]);
  }

  /** Users have no members. */
  async plan(): Promise<MemberChange[]> {
    return [];
  }

  /** Ids of the users that can have these values, where an index tells. */
  async narrow(equal: ReadonlyMap<string, string>): Promise<string[] | undefined> {
    const [userName, externalId, group] = ['userName', 'externalId', 'groups'].map((name) => equal.get(name));
    if (userName !== undefined) return idsOf(await this.findByUserName(userName));
    if (externalId !== undefined) return idsOf(await this.findByExternalId(externalId));
    if (group === undefined) return undefined;
    return [...(await this.#groups.members.all(group)).values()].map(({ value }) => value);
  }

  /** The users with their groups. */
  attach(users: readonly Resource[]): Promise<Json[]> {
    return mapConcurrently(users, READS_AT_ONCE, async (user) => {
      const groups = await this.#groups.groupsOf(user.id);
      const listed = groups.map(({ id, displayName }) => ({
        value: id,
        display: displayName,
        type: 'direct',
      }));
      return listed.length > 0 ? { ...user, groups: listed } : user;
    });
  }

  /** All writes or, where the first one's row was changed meanwhile, none of them and false. @throws ScimFailure `uniqueness` */
  async #write(writes: readonly RowWrite[]): Promise<boolean> {
    try {
      await this.#rows.transaction([...writes, newGeneration()]);
      return true;
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      const refused = writes[error.index];
      if (error.index === 0 || !refused || refused.kind === 'delete') return false;
      return this.#write(writes.with(error.index, await this.#overGone(refused)));
    }
  }

  /** The write of an entry over that of somebody who is gone. @throws ScimFailure `uniqueness` where somebody is there */
  async #overGone({ rowKey, row }: Exclude<RowWrite, { kind: 'delete' }>): Promise<RowWrite> {
    const there = await this.#rows.get<Entry>(rowKey);
    if (!there) return { kind: 'insert', rowKey, row };
    if (!there.gone) throw taken(rowKey.startsWith('n|') ? 'userName' : 'externalId');
    return { kind: 'replace', rowKey, row, etag: there.etag };
  }
}

/** What finds the user by name: each row says whether the user is active, in the transaction that changes it. */
function entries(user: Resource, before?: Resource): RowWrite[] {
  const row: Entry = { id: user.id, active: user.active === true };
  const [now, old] = [keysOf(user), before ? keysOf(before) : []];
  return [
    ...now.map((rowKey): RowWrite => ({ kind: old.includes(rowKey) ? 'upsert' : 'insert', rowKey, row })),
    ...old.filter((key) => !now.includes(key)).map((rowKey): RowWrite => ({ kind: 'delete', rowKey })),
  ];
}

function keysOf({ userName, externalId }: Resource): string[] {
  return [
    ...(typeof userName === 'string' ? [userNameKey(userName)] : []),
    ...(typeof externalId === 'string' ? [externalIdKey(externalId)] : []),
  ];
}

function idsOf(entry: Entry | undefined): string[] {
  return entry ? [entry.id] : [];
}

function userNameKey(userName: string): string {
  return `n|${keyOf(userName)}`;
}

function externalIdKey(externalId: string): string {
  return `x|${exactKeyOf(externalId)}`;
}
