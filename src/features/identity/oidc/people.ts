import { type Principal, Refusal, UNSCOPED } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import type { Person } from './claims.ts';
import { type RoleMappingStore, rolesOf } from './roleMappings.ts';

/** What the directory (SCIM) says of somebody; undefined where it knows nobody. */
export type FindUser = (
  tenantId: string,
  who: { oid?: string | undefined; userName?: string | undefined },
) => Promise<
  | {
      readonly active: boolean;
      readonly groups: readonly { readonly id: string; readonly displayName: string }[];
    }
  | undefined
>;

type Known = { readonly active: boolean; readonly groups: readonly string[] };
type Cached = { readonly known: Promise<Known>; readonly until: number };

/** The longest that somebody who was disabled still gets in. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;

/** What a person or workload may do here: roles by claims, mappings and the directory, which can also shut them out. */
export class People {
  readonly #mappings: RoleMappingStore;
  readonly #findUser: FindUser;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Cached>();

  constructor(ports: { mappings: RoleMappingStore; findUser: FindUser; clock: Clock }) {
    this.#mappings = ports.mappings;
    this.#findUser = ports.findUser;
    this.#clock = ports.clock;
  }

  /** @throws Refusal for a user whom the directory has disabled */
  async admit(person: Person): Promise<Principal> {
    const { tenantId, id, kind, name } = person;
    const [mappings, known] = await Promise.all([this.#mappings.list(tenantId), this.#lookUp(person)]);
    if (!known.active) {
      const caller = { tenantId, id, kind, name };
      throw new Refusal('the user is disabled', caller, 'ask an administrator of your directory');
    }
    const groups = [...person.groups, ...known.groups];
    return { tenantId, id, kind, name, roles: rolesOf({ ...person, groups }, mappings), scopes: UNSCOPED };
  }

  #lookUp(person: Person): Promise<Known> {
    if (person.kind !== 'user') return Promise.resolve({ active: true, groups: [] });
    const now = this.#clock.now().getTime();
    const name = `${person.tenantId}|${person.id}`;
    const cached = this.#cache.get(name);
    if (cached && cached.until > now) return cached.known;
    const known = this.#read(person);
    known.catch(() => this.#cache.delete(name));
    this.#cache.delete(name);
    this.#cache.set(name, { known, until: now + CACHE_MS });
    if (this.#cache.size > MAX_CACHED) this.#cache.delete(this.#cache.keys().next().value ?? '');
    return known;
  }

  /** Nobody has to be provisioned: without SCIM, the identity provider alone decides. */
  async #read({ tenantId, oid, userName }: Person): Promise<Known> {
    const user = await this.#findUser(tenantId, { oid, userName });
    if (!user) return { active: true, groups: [] };
    return { active: user.active, groups: user.groups.flatMap(({ id, displayName }) => [id, displayName]) };
  }
}
