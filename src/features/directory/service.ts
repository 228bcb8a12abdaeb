import type { Tables } from '#platform/tables.ts';
import { GroupStore } from './store/groupStore.ts';
import { UserStore } from './store/userStore.ts';

/** A user as signing in needs to know it. */
export type DirectoryUser = {
  readonly id: string;
  readonly active: boolean;
  /** Groups that the user is in; none are read for a user who is not active. */
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
};

/** Users and groups as an identity provider keeps them here (SCIM 2.0, RFC 7643 and 7644). */
export class Directory {
  readonly #storesOf: (tenantId: string) => { users: UserStore; groups: GroupStore };

  constructor({ tables }: { tables: Tables }) {
    const known = new Map<string, { users: UserStore; groups: GroupStore }>();
    this.#storesOf = (tenantId) => {
      const stores = known.get(tenantId) ?? {
        users: new UserStore(tenantId, tables),
        groups: new GroupStore(tenantId, tables),
      };
      known.set(tenantId, stores);
      return stores;
    };
  }

  /**
   * The user whose external id is the object id of the token, else the one of that user name (in any case).
   * Undefined where nobody was provisioned. One point read, a second one for the name, and for somebody active
   * the groups; nothing is cached, so who was disabled is so at the next call, on every instance.
   */
  async findUser(
    tenantId: string,
    { oid, userName }: { oid?: string | undefined; userName?: string | undefined },
  ): Promise<DirectoryUser | undefined> {
    const { users, groups } = this.#storesOf(tenantId);
    const byOid = oid ? await users.findByExternalId(oid) : undefined;
    const entry = byOid ?? (userName ? await users.findByUserName(userName) : undefined);
    if (!entry) return undefined;
    const { id, active } = entry;
    return { id, active, groups: active ? await groups.groupsOf(id) : [] };
  }
}
