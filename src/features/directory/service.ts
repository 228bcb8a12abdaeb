import type { Clock } from '#platform/clock.ts';
import type { Tables } from '#platform/tables.ts';
import { Collection } from './collection.ts';
import { GroupStore } from './store/groupStore.ts';
import { Unfinished } from './store/unfinished.ts';
import { UserStore } from './store/userStore.ts';

/** A user as signing in needs to know it. */
export type DirectoryUser = {
  readonly id: string;
  readonly active: boolean;
  /** Groups that the user is in; none are read for a user who is not active. */
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
};

/** The users and groups of one tenant. */
export type TenantDirectory = { readonly users: Collection; readonly groups: Collection };
type Stores = TenantDirectory & { readonly userStore: UserStore; readonly groupStore: GroupStore };

/** Users and groups as an identity provider keeps them here (SCIM 2.0, RFC 7643 and 7644). */
export class Directory {
  readonly #ports: { readonly tables: Tables; readonly clock: Clock; readonly unfinished: Unfinished };
  readonly #stores = new Map<string, Stores>();

  constructor(ports: { tables: Tables; clock: Clock }) {
    this.#ports = { ...ports, unfinished: new Unfinished(ports) };
  }

  of(tenantId: string): TenantDirectory {
    return this.#storesOf(tenantId);
  }

  /**
   * The user whose external id is the object id of the token, else the one of that user name (in any case).
   * Undefined where nobody was provisioned; who was deleted is not active. One point read, a second one for the name, and for somebody active
   * the groups; nothing is cached, so who was disabled is so at the next call, on every instance.
   */
  async findUser(
    tenantId: string,
    { oid, userName }: { oid?: string | undefined; userName?: string | undefined },
  ): Promise<DirectoryUser | undefined> {
    const { userStore, groupStore } = this.#storesOf(tenantId);
    const byOid = oid ? await userStore.findByExternalId(oid) : undefined;
    const entry = byOid ?? (userName ? await userStore.findByUserName(userName) : undefined);
    if (!entry) return undefined;
    const { id, active } = entry;
    return { id, active, groups: active ? await groupStore.groupsOf(id) : [] };
  }

  /** Finishes what processes that died left halfway; returns how much there was. */
  resume(): Promise<number> {
    return this.#ports.unfinished.resume(async ({ tenantId, kind, id }) => {
      const { userStore, groupStore } = this.#storesOf(tenantId);
      if (kind === 'User') return userStore.finish(id);
      await groupStore.finish(id);
      await groupStore.clearAway(id);
    });
  }

  #storesOf(tenantId: string): Stores {
    const known = this.#stores.get(tenantId);
    if (known) return known;
    const groupStore = new GroupStore(tenantId, this.#ports);
    const userStore = new UserStore(tenantId, { ...this.#ports, groups: groupStore });
    const { clock } = this.#ports;
    const users = new Collection(userStore, clock);
    const stores = { userStore, groupStore, users, groups: new Collection(groupStore, clock) };
    this.#stores.set(tenantId, stores);
    return stores;
  }
}
