import { randomUUID } from 'node:crypto';
import { type Partition, type RowWrite, type Tables, WriteConflict } from '#platform/tables.ts';
import { taken } from '../problems.ts';
import type { Resource, Stored } from '../resource.ts';
import { directoryTable, fold, isId, keyOf, splitText, toResource } from './rows.ts';

/** Whom a name belongs to. */
export type Entry = { readonly id: string; readonly active: boolean };

/** The users of one tenant. */
export class UserStore {
  readonly #rows: Partition;

  constructor(tenantId: string, tables: Tables) {
    this.#rows = tables.open(directoryTable).forTenant(tenantId, 'users');
  }

  async find(id: string): Promise<Stored | undefined> {
    const row = isId(id) ? await this.#rows.get(`r|${id}`) : undefined;
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
    await this.#write([{ kind: 'insert', rowKey: `r|${user.id}`, row: columns(user) }, ...entries(user)]);
  }

  /** False where the user was changed meanwhile. @throws ScimFailure `uniqueness` */
  replace(user: Resource, { resource, etag }: Stored): Promise<boolean> {
    const row = columns(user);
    return this.#write([{ kind: 'replace', rowKey: `r|${user.id}`, row, etag }, ...entries(user, resource)]);
  }

  /** All writes or, where the first one's row was changed meanwhile, none of them and false. */
  async #write(writes: readonly RowWrite[]): Promise<boolean> {
    try {
      await this.#rows.transaction([...writes, changed()]);
      return true;
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      const refused = writes[error.index];
      if (error.index > 0 && refused?.kind === 'insert')
        throw taken(refused.rowKey.startsWith('n|') ? 'userName' : 'externalId');
      return false;
    }
  }
}

function columns(user: Resource) {
  return splitText(JSON.stringify(user));
}

/** What finds the user by name: each row says whether the user is active, in the transaction that changes it. */
function entries(user: Resource, before?: Resource): RowWrite[] {
  const row: Entry = { id: user.id, active: user.active === true };
  const now = keysOf(user);
  const gone = before ? keysOf(before).filter((key) => !now.includes(key)) : [];
  const kept = before ? keysOf(before) : [];
  return [
    ...now.map((rowKey): RowWrite => ({ kind: kept.includes(rowKey) ? 'upsert' : 'insert', rowKey, row })),
    ...gone.map((rowKey): RowWrite => ({ kind: 'delete', rowKey })),
  ];
}

function keysOf({ userName, externalId }: Resource): string[] {
  return [
    ...(typeof userName === 'string' ? [userNameKey(userName)] : []),
    ...(typeof externalId === 'string' ? [externalIdKey(externalId)] : []),
  ];
}

function userNameKey(userName: string): string {
  return `n|${keyOf(fold(userName))}`;
}

function externalIdKey(externalId: string): string {
  return `x|${keyOf(externalId)}`;
}

function changed(): RowWrite {
  return { kind: 'upsert', rowKey: 'v', row: { generation: randomUUID() } };
}
