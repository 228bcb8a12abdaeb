import type { Partition, Tables } from '#platform/tables.ts';
import { directoryTable, keyOf } from './rows.ts';

/** The groups of one tenant. */
export class GroupStore {
  readonly #rows: Partition;
  #names: { readonly generation: string; readonly byId: ReadonlyMap<string, string> } | undefined;

  constructor(tenantId: string, tables: Tables) {
    this.#rows = tables.open(directoryTable).forTenant(tenantId, 'groups');
  }

  /** Groups that have a member, in no order: two reads, unless a group was named or removed since the last call. */
  async groupsOf(memberId: string): Promise<{ id: string; displayName: string }[]> {
    const prefix = `u|${keyOf(memberId)}|`;
    const [names, rows] = await Promise.all([
      this.#currentNames(),
      this.#rows.list({ from: prefix, to: `${prefix}~`, select: ['RowKey'] }),
    ]);
    return rows.flatMap(({ rowKey }) => {
      const id = rowKey.slice(prefix.length);
      const displayName = names.get(id);
      return displayName === undefined ? [] : [{ id, displayName }];
    });
  }

  /** Display name of each group. */
  async #currentNames(): Promise<ReadonlyMap<string, string>> {
    const generation = (await this.#rows.get<{ generation: string }>('v|names'))?.generation ?? '';
    if (this.#names?.generation === generation) return this.#names.byId;
    const rows = await this.#rows.list<{ displayName: string }>({
      from: 'r|',
      to: 'r|~',
      select: ['displayName'],
    });
    const byId = new Map(rows.map(({ rowKey, displayName }) => [rowKey.slice(2), displayName]));
    this.#names = { generation, byId };
    return byId;
  }
}
